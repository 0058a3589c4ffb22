using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>What a worker has in hand.</summary>
public sealed class LiveTasksTests
{
    private readonly LiveTasks _live = new();

    [Fact]
    public void Requests_are_listed_by_phase_in_the_order_in_which_they_came()
    {
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];
        _live.Add(requests[0], TaskPhase.Held);
        _live.Add(requests[1], TaskPhase.Reserved);
        _live.Add(requests[2], TaskPhase.Reserved);

        _live.TryMove(requests[0], TaskPhase.Reserved).ShouldBeTrue();
        _live.TryMove(requests[1], TaskPhase.Running).ShouldBeTrue();

        _live.In(TaskPhase.Held).ShouldBeEmpty();
        _live.In(TaskPhase.Reserved).ShouldBe([requests[0], requests[2]]);
        _live.In(TaskPhase.Running).ShouldBe([requests[1]]);
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 0, 2)]
    public void Requests_go_in_any_order_and_only_once(int first, int second, int third)
    {
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];
        Array.ForEach(requests, request => _live.Add(request, TaskPhase.Reserved));

        _live.Remove(requests[first]);
        _live.Remove(requests[first]);
        _live.Find(_ => true).ShouldBe(requests.Except([requests[first]]));
        _live.Remove(requests[second]);
        _live.Find(_ => true).ShouldBe([requests[third]]);
        _live.Remove(requests[third]);

        _live.Count.ShouldBe(0);
        _live.Find(_ => true).ShouldBeEmpty();
    }

    [Fact]
    public void A_message_delivered_twice_is_found_twice()
    {
        TaskRequest[] requests = [Requests.Make(headers: headers => headers.Set("id", "one")), Requests.Make(headers: headers => headers.Set("id", "one"))];
        Array.ForEach(requests, request => _live.Add(request, TaskPhase.Reserved));
        _live.Add(Requests.Make(headers: headers => headers.Set("id", "two")), TaskPhase.Reserved);

        _live.With("one").ShouldBe(requests);
    }
}
