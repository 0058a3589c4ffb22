using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>Requests that wait in the order in which they came.</summary>
public sealed class WaitingLineTests
{
    private readonly WaitingLine _line = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void One_that_is_taken_out_leaves_the_others_in_order_wherever_it_stood(int place)
    {
        var requests = Fill(3);

        _line.Remove(requests[place]).ShouldBeTrue();

        _line.Count.ShouldBe(2);
        _line.TakeAll().ShouldBe(requests.Where((_, i) => i != place));
    }

    [Fact]
    public void One_that_was_taken_out_knows_nothing_of_the_line_and_may_wait_again_at_its_end()
    {
        var requests = Fill(3);

        _line.Remove(requests[1]).ShouldBeTrue();

        (requests[1].Line, requests[1].LineLinks.Previous, requests[1].LineLinks.Next).ShouldBe((null, null, null));
        _line.Remove(requests[1]).ShouldBeFalse();
        _line.Add(requests[1]);
        _line.TakeAll().ShouldBe([requests[0], requests[2], requests[1]]);
        (_line.Count, _line.First).ShouldBe((0, null));
    }

    [Fact]
    public void Emptied_line_takes_new_ones()
    {
        var requests = Fill(2);
        _line.TakeFirst().ShouldBe(requests[0]);
        _line.TakeFirst().ShouldBe(requests[1]);
        _line.TakeFirst().ShouldBeNull();

        var next = Requests.Make();
        _line.Add(next);

        (_line.Count, _line.First).ShouldBe((1, next));
    }

    [Fact]
    public void One_that_waits_in_another_line_is_left_there()
    {
        var request = Requests.Make();
        var other = new WaitingLine();
        other.Add(request);

        _line.Remove(request).ShouldBeFalse();

        other.Count.ShouldBe(1);
        Should.Throw<InvalidOperationException>(() => _line.Add(request)).Message.ShouldContain(request.Headers.Id.Value);
    }

    [Fact]
    public void Those_that_were_lost_go_once_there_are_many_and_the_others_keep_their_order()
    {
        using var losing = new CancellationTokenSource();
        TaskRequest[] requests = [.. Enumerable.Range(0, 400).Select(i => i % 3 == 1 ? Requests.Make() : Requests.Losable(losing.Token))];
        List<TaskRequest> lost = [];
        Array.ForEach(requests[..200], _line.Add);
        losing.Cancel();

        _line.SweepLost(lost.Add);
        lost.ShouldBeEmpty();
        Array.ForEach(requests[200..], _line.Add);
        _line.SweepLost(lost.Add);

        lost.ShouldBe(requests.Where((_, i) => i % 3 != 1));
        _line.TakeAll().ShouldBe(requests.Where((_, i) => i % 3 == 1));
    }

    private TaskRequest[] Fill(int count)
    {
        TaskRequest[] requests = [.. Enumerable.Range(0, count).Select(_ => Requests.Make())];
        Array.ForEach(requests, _line.Add);
        return requests;
    }
}
