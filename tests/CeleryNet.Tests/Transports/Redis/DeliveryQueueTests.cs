using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

public sealed class DeliveryQueueTests
{
    private readonly DeliveryQueue _queue = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deliveries_are_read_in_the_order_in_which_they_were_added()
    {
        IDelivery[] deliveries = [New(), New(), New()];

        _queue.TryAdd(deliveries[0]).ShouldBeTrue();
        _queue.Add(deliveries[1..]);

        _queue.Count.ShouldBe(3);
        foreach (var delivery in deliveries)
        {
            (await _queue.ReadAsync(Token)).ShouldBeSameAs(delivery);
        }
    }

    [Fact]
    public async Task Reader_that_waits_is_woken_for_what_was_added_together()
    {
        var waiting = _queue.WaitToReadAsync(Token).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        _queue.Add([New(), New()]);

        (await waiting.WithinBound("the deliveries")).ShouldBeTrue();
        _queue.TryRead(out _).ShouldBeTrue();
        _queue.TryRead(out _).ShouldBeTrue();
        _queue.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Reader_that_has_read_everything_waits_for_the_next()
    {
        _queue.Add([New()]);
        _queue.TryRead(out _).ShouldBeTrue();

        var waiting = _queue.WaitToReadAsync(Token).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        _queue.TryAdd(New());

        (await waiting.WithinBound("the next delivery")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_there_at_the_end_can_be_read_and_then_there_is_nothing_to_wait_for()
    {
        _queue.Add([New()]);

        _queue.Complete();

        await _queue.Completion.WithinBound("the end");
        (await _queue.WaitToReadAsync(Token)).ShouldBeTrue();
        _queue.TryRead(out _).ShouldBeTrue();
        (await _queue.WaitToReadAsync(Token)).ShouldBeFalse();
        _queue.TryAdd(New()).ShouldBeFalse();
    }

    [Fact]
    public async Task Reader_that_waits_is_told_of_the_end()
    {
        var waiting = _queue.WaitToReadAsync(Token).AsTask();

        _queue.Complete();

        (await waiting.WithinBound("the end")).ShouldBeFalse();
    }

    [Fact]
    public async Task Reader_can_lose_patience()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = _queue.WaitToReadAsync(patience.Token).AsTask();

        await patience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await waiting);
    }

    private static NoAckDelivery New() => new()
    {
        Window = new PrefetchWindow(1),
        Raw = default,
        List = "celery",
        Queue = "celery",
        Exchange = "",
        RoutingKey = "celery",
    };
}
