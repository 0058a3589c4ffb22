using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>Places for tasks, and the queue before them.</summary>
public sealed class ExecutionSlotsTests
{
    private readonly List<TaskRequest> _started = [];
    private readonly List<TaskRequest> _lost = [];

    [Fact]
    public void Requests_wait_in_order_for_a_place()
    {
        var slots = new ExecutionSlots(1, _started.Add);
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];

        foreach (var request in requests)
        {
            slots.TryEnter(request, _lost.Add).ShouldBeTrue();
        }

        _started.ShouldBe([requests[0]]);
        (slots.Busy, slots.Waiting).ShouldBe((1, 2));
        slots.NextOrLeave().ShouldBe(requests[1]);
        slots.NextOrLeave().ShouldBe(requests[2]);
        slots.NextOrLeave().ShouldBeNull();
        slots.Busy.ShouldBe(0);
    }

    [Fact]
    public void More_places_start_what_waits()
    {
        var slots = new ExecutionSlots(1, _started.Add);
        TaskRequest[] requests = [.. Enumerable.Range(0, 5).Select(_ => Requests.Make())];
        Array.ForEach(requests, request => slots.TryEnter(request, _lost.Add));

        slots.Resize(3);

        _started.ShouldBe(requests[..3]);
        (slots.Capacity, slots.Busy, slots.Waiting).ShouldBe((3, 3, 2));
    }

    [Fact]
    public void Places_too_many_go_when_their_tasks_end()
    {
        var slots = new ExecutionSlots(3, _started.Add);
        TaskRequest[] requests = [.. Enumerable.Range(0, 5).Select(_ => Requests.Make())];
        Array.ForEach(requests, request => slots.TryEnter(request, _lost.Add));

        slots.Resize(1);

        slots.NextOrLeave().ShouldBeNull();
        slots.NextOrLeave().ShouldBeNull();
        slots.Busy.ShouldBe(1);
        slots.NextOrLeave().ShouldBe(requests[3]);
    }

    [Fact]
    public async Task Closed_places_start_nothing_and_give_back_what_waits()
    {
        var slots = new ExecutionSlots(1, _started.Add);
        TaskRequest[] requests = [Requests.Make(), Requests.Make()];
        Array.ForEach(requests, request => slots.TryEnter(request, _lost.Add));

        slots.Close().ShouldBe([requests[1]]);

        slots.TryEnter(Requests.Make(), _lost.Add).ShouldBeFalse();
        using var impatient = new CancellationTokenSource();
        var idle = slots.TryWaitUntilIdleAsync(impatient.Token).AsTask();
        idle.IsCompleted.ShouldBeFalse();
        slots.NextOrLeave().ShouldBeNull();
        (await idle).ShouldBeTrue();
    }

    [Fact]
    public async Task Waiting_for_quiet_ends_with_its_token()
    {
        var slots = new ExecutionSlots(1, _started.Add);
        slots.TryEnter(Requests.Make(), _lost.Add);
        using var impatient = new CancellationTokenSource();
        var idle = slots.TryWaitUntilIdleAsync(impatient.Token).AsTask();

        await impatient.CancelAsync();

        (await idle).ShouldBeFalse();
    }

    [Fact]
    public void One_that_is_taken_out_is_not_started()
    {
        var slots = new ExecutionSlots(1, _started.Add);
        TaskRequest[] requests = [Requests.Make(), Requests.Make(), Requests.Make()];
        Array.ForEach(requests, request => slots.TryEnter(request, _lost.Add));

        slots.Remove(requests[1]).ShouldBeTrue();
        slots.Remove(requests[0]).ShouldBeFalse();

        (slots.Busy, slots.Waiting, slots.Load).ShouldBe((1, 1, 2));
        slots.NextOrLeave().ShouldBe(requests[2]);
        slots.NextOrLeave().ShouldBeNull();
    }

    [Fact]
    public void What_was_lost_while_it_waited_does_not_pile_up()
    {
        const int Prefetch = 100;
        var slots = new ExecutionSlots(1, _started.Add);
        slots.TryEnter(Requests.Make(), _lost.Add);
        for (var connection = 0; connection < 50; connection++)
        {
            using var losing = new CancellationTokenSource();
            for (var i = 0; i < Prefetch; i++)
            {
                slots.TryEnter(Requests.Losable(losing.Token), _lost.Add);
            }

            losing.Cancel();
        }

        slots.Waiting.ShouldBeLessThan(6 * Prefetch);
        (_lost.Count + slots.Waiting).ShouldBe(50 * Prefetch);
    }
}
