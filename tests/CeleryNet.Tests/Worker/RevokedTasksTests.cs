using CeleryNet.Protocol;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

public sealed class RevokedTasksTests
{
    private readonly TestClock _clock = new();
    private readonly RevokedTasks _revoked;

    public RevokedTasksTests() => _revoked = new RevokedTasks(1000, TimeSpan.FromHours(3), _clock);

    [Fact]
    public void A_task_is_revoked_by_its_id()
    {
        _revoked.Add([new TaskId("one")]);

        _revoked.Contains(new TaskHeaders("task", "one")).ShouldBeTrue();
        _revoked.Contains(new TaskHeaders("task", "two")).ShouldBeFalse();
    }

    [Fact]
    public void A_task_is_revoked_by_the_value_of_a_stamp()
    {
        _revoked.Add([new Stamp("batch", "b1"), new Stamp("number", 7L)]);

        _revoked.Contains(Stamped(("batch", "b1"))).ShouldBeTrue();
        _revoked.Contains(Stamped(("other", "x"), ("number", 7L))).ShouldBeTrue();
        _revoked.Contains(Stamped(("batch", "b2"))).ShouldBeFalse();
        _revoked.Contains(Stamped(("other", "b1"))).ShouldBeFalse();
        _revoked.Contains(Stamped(("batch", null))).ShouldBeFalse();
        _revoked.Contains(new TaskHeaders("task", "id")).ShouldBeFalse();
    }

    [Fact]
    public void A_task_is_revoked_by_one_of_the_values_of_a_stamp()
    {
        _revoked.Add([new Stamp("batch", "b2")]);

        _revoked.Contains(Stamped(("batch", new object?[] { "b1", null, "b2" }))).ShouldBeTrue();
        _revoked.Contains(Stamped(("batch", new object?[] { "b1", "b3" }))).ShouldBeFalse();
    }

    [Fact]
    public void A_value_that_the_message_does_not_call_a_stamp_is_none()
    {
        _revoked.Add([new Stamp("batch", "b1")]);

        _revoked.Contains(Stamped(("batch", "b1")) with { StampedHeaders = ["other"] }).ShouldBeFalse();
    }

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        _revoked.Add([new TaskId("one")]);
        _revoked.Add([new Stamp("batch", "b9")]);
        var headers = Stamped(("batch", new object?[] { "b1", 2L }), ("number", 7L));
        _revoked.Contains(headers);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _revoked.Contains(headers);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task Many_may_revoke_and_look_up_at_a_time()
    {
        var ids = Enumerable.Range(0, 4000).Select(number => new TaskId($"id-{number}")).ToArray();

        await Task.WhenAll(ids.Chunk(500).Select(chunk => Task.Run(() =>
        {
            foreach (var id in chunk)
            {
                _revoked.Add([id]);
                _revoked.Contains(new TaskHeaders("task", id));
            }
        })));

        _revoked.Ids.Count.ShouldBe(1000);
        var kept = _revoked.Ids.Select(entry => entry.Item).ToHashSet();
        ids.Where(id => _revoked.Contains(new TaskHeaders("task", id))).ShouldBe(ids.Where(kept.Contains));
    }

    private static TaskHeaders Stamped(params (string Name, object? Value)[] stamps) => new("task", "id")
    {
        StampedHeaders = [.. stamps.Select(stamp => stamp.Name)],
        Stamps = stamps.ToDictionary(stamp => stamp.Name, stamp => stamp.Value),
    };
}
