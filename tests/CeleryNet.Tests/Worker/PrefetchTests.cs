using CeleryNet.Diagnostics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>How many messages a worker takes ahead.</summary>
public sealed class PrefetchTests
{
    [Theory]
    [InlineData(4, 4, 0, 16)]
    [InlineData(4, 4, 7, 23)]
    [InlineData(4, 4, 500, 116)]
    [InlineData(4, 0, 0, 65_535)]
    [InlineData(4, 0, 7, 65_535)]
    [InlineData(65_535, 1024, 0, 65_535)]
    public void There_is_room_for_each_slot_and_for_what_waits_for_its_time(int slots, int multiplier, int held, int count)
    {
        var budget = new PrefetchBudget(new WorkerOptions { Concurrency = slots, PrefetchMultiplier = multiplier, EtaTaskLimit = 100 });

        budget.SetHeld(held);

        budget.Count.ShouldBe(count);
        budget.IsEtaLimitReached.ShouldBe(held >= 100);
    }

    [Fact]
    public void Room_follows_the_number_of_slots()
    {
        var budget = new PrefetchBudget(new WorkerOptions { Concurrency = 4, PrefetchMultiplier = 2 });

        budget.SetSlots(10);

        budget.Count.ShouldBe(20);
    }

    [Fact]
    public void Without_prefetch_there_is_room_for_free_slots_alone()
    {
        var budget = new PrefetchBudget(new WorkerOptions { Concurrency = 2, PrefetchMultiplier = 4, DisablePrefetch = true });
        var counts = new List<int> { budget.Count };

        budget.BeginEarly();
        counts.Add(budget.Count);
        budget.BeginEarly();
        counts.Add(budget.Count);
        budget.SetHeld(3);
        counts.Add(budget.Count);
        budget.EndEarly();
        counts.Add(budget.Count);

        counts.ShouldBe([2, 1, 0, 3, 4]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_prefetch_a_busy_worker_leaves_messages_to_others(bool acksLate)
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync) { AcksLate = acksLate }], new WorkerOptions { Concurrency = 1, DisablePrefetch = true });
        await harness.StartAsync();
        await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();
        var next = await harness.CallAsync("wait");

        var left = (await harness.DrainAsync()).ShouldHaveSingleItem();
        gate.Open(2);
        var last = await harness.CallAsync("wait");

        left.Envelope!.Headers.GetString("id").ShouldBe(next.Value);
        (await harness.ResultAsync(last)).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Messages_that_wait_for_their_time_do_not_keep_others_out()
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("one", [], _ => new(TaskValue.Of(1)))], new WorkerOptions { Concurrency = 1, PrefetchMultiplier = 1 });
        await harness.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            await harness.PublishAsync(Later(harness));
        }

        (await harness.RunAsync("one")).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task More_than_the_limit_keep_others_out_until_one_is_due()
    {
        await using var harness = new WorkerHarness(
            [new TaskDefinition("one", [], _ => new(TaskValue.Of(1)))], new WorkerOptions { Concurrency = 1, PrefetchMultiplier = 1, EtaTaskLimit = 2 });
        await harness.StartAsync();
        TaskId[] held = [await harness.PublishAsync(Later(harness)), await harness.PublishAsync(Later(harness)), await harness.PublishAsync(Later(harness))];
        for (var i = 0; i < held.Length; i++)
        {
            await harness.WhenHeldAsync();
        }

        var id = await harness.CallAsync("one");
        var left = await harness.DrainAsync();
        harness.Clock.Advance(TimeSpan.FromHours(1));
        await harness.ResultAsync(held[0]);
        var other = await harness.RunAsync("one");

        left.ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(id.Value);
        other.State.ShouldBe(TaskState.Success);
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == EventIds.EtaLimitReached);
    }

    private static Envelope Later(WorkerHarness harness)
        => MessageFactory.Task("one", headers: headers => headers.Set("eta", (harness.Clock.GetUtcNow() + TimeSpan.FromHours(1)).ToString("O")));
}
