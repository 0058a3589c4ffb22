using System.Collections.Concurrent;
using System.Globalization;
using CeleryNet.Routing;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>What is to be consumed, and how much of it at a time.</summary>
/// <param name="Queues">The queues, which exist.</param>
/// <param name="Prefetch">How many deliveries may be unsettled; 0 for none.</param>
/// <param name="IsShared">Whether the broker can bound all queues together; else each gets its part.</param>
internal sealed record AmqpIntake(IReadOnlyList<QueueSpec> Queues, int Prefetch, bool IsShared);

/// <summary>
/// Makes the consumers of one channel what they shall be, and again when that changes. Not safe for concurrent use but for <see cref="Find"/>.
/// </summary>
/// <remarks>
/// A bound for the whole channel is simply set anew. The broker does not let the bound of a single consumer be changed, and quorum queues and RabbitMQ 4
/// know no other: there a queue has several consumers on the channel, whose windows add up. One is added to raise the bound. To lower it one is cancelled;
/// what it has brought stays unsettled and counts against the bound, and as it is settled its place is given to new consumers.
/// </remarks>
/// <param name="channel">The channel.</param>
/// <param name="ended">Completes when the channel is of no more use.</param>
/// <param name="consumer">Gets the deliveries.</param>
/// <param name="onRetiredSettled">Called when a delivery of a cancelled consumer is settled: adjusting again may find room for others.</param>
internal sealed class AmqpSubscriptions(IChannel channel, Task ended, IAsyncBasicConsumer consumer, Action onRetiredSettled)
{
    // More are merged into one: a bound that is raised step by step must not leave a consumer for each step.
    private const int MostWindows = 8;

    private readonly ConcurrentDictionary<string, AmqpSubscription> _byTag = new(StringComparer.Ordinal);
    private readonly List<AmqpSubscription> _all = [];
    private readonly Dictionary<string, int> _loneWindows = new(StringComparer.Ordinal);
    private int _lastTag;
    private int _sharedBound;
    private int _nextWindow;

    /// <summary>The consumer of a tag that the broker uses; null once it was cancelled.</summary>
    public AmqpSubscription? Find(string tag) => _byTag.GetValueOrDefault(tag);

    /// <summary>Consumes, cancels and bounds until all is as wanted.</summary>
    /// <returns>Whether anything had to be done.</returns>
    public async Task<bool> AdjustAsync(AmqpIntake intake, CancellationToken cancellationToken)
    {
        var before = (_lastTag, _sharedBound, Live().Count());
        foreach (var removed in Live().Where(live => intake.Queues.All(queue => queue.Name != live.Queue)).ToArray())
        {
            await CancelAsync(removed, cancellationToken).ConfigureAwait(false);
        }

        // Windows once given stay until the next channel.
        if (intake.IsShared && _nextWindow == 0)
        {
            await AdjustTogetherAsync(intake, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await StopSharingAsync(intake, cancellationToken).ConfigureAwait(false);
            await AdjustEachAsync(intake, static _ => true, cancellationToken).ConfigureAwait(false);
        }

        _all.RemoveAll(subscription => subscription is { IsRetired: true, Unsettled: 0 });
        return before != (_lastTag, _sharedBound, Live().Count());
    }

    /// <summary>Makes the broker stop sending, and returns when all it had sent has come in.</summary>
    public async Task CancelAllAsync(CancellationToken cancellationToken)
    {
        foreach (var live in Live().ToArray())
        {
            await CancelAsync(live, cancellationToken).ConfigureAwait(false);
        }
    }

    // Without a consumer the broker deletes it, at once or after a while.
    private static bool NeedsConsumer(QueueSpec queue) => queue.AutoDelete || queue.Arguments.ContainsKey("x-expires");

    // A second one would stand by, and cancelling the first would hand the queue to somebody else while its deliveries are in our hands.
    private static bool HasOneActiveConsumer(QueueSpec queue) => queue.Arguments.TryGetValue("x-single-active-consumer", out var value) && value is true;

    private IEnumerable<AmqpSubscription> Live() => _all.Where(subscription => !subscription.IsRetired);

    private IEnumerable<AmqpSubscription> LiveOf(QueueSpec queue) => Live().Where(subscription => subscription.Queue == queue.Name);

    private async Task AdjustTogetherAsync(AmqpIntake intake, CancellationToken cancellationToken)
    {
        // 0 would be no bound at all: the way to take nothing is not to consume.
        var bound = Math.Max(1, intake.Prefetch);
        if (bound != _sharedBound)
        {
            await BoundAsync(bound, global: true, cancellationToken).ConfigureAwait(false);
            _sharedBound = bound;
        }

        foreach (var queue in intake.Queues)
        {
            var live = LiveOf(queue).FirstOrDefault();
            if (live is null && (intake.Prefetch > 0 || NeedsConsumer(queue)))
            {
                await ConsumeAsync(queue, window: 0, cancellationToken).ConfigureAwait(false);
            }
            else if (live is not null && intake.Prefetch == 0 && !NeedsConsumer(queue))
            {
                await CancelAsync(live, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Queues get their own bounds before the common one is lifted, and those that cannot live with a common one come after it.
    private async Task StopSharingAsync(AmqpIntake intake, CancellationToken cancellationToken)
    {
        if (_sharedBound == 0)
        {
            return;
        }

        var unbounded = Live().ToArray();
        await AdjustEachAsync(intake, queue => unbounded.Any(live => live.Queue == queue.Name), cancellationToken).ConfigureAwait(false);
        foreach (var live in unbounded)
        {
            await CancelAsync(live, cancellationToken).ConfigureAwait(false);
        }

        await BoundAsync(0, global: true, cancellationToken).ConfigureAwait(false);
        _sharedBound = 0;
    }

    private async Task AdjustEachAsync(AmqpIntake intake, Func<QueueSpec, bool> isMeant, CancellationToken cancellationToken)
    {
        for (var i = 0; i < intake.Queues.Count; i++)
        {
            if (isMeant(intake.Queues[i]))
            {
                var part = (intake.Prefetch / intake.Queues.Count) + (i < intake.Prefetch % intake.Queues.Count ? 1 : 0);
                await AdjustOneAsync(intake.Queues[i], intake.Prefetch == 0 ? 0 : Math.Max(1, part), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task AdjustOneAsync(QueueSpec queue, int bound, CancellationToken cancellationToken)
    {
        if (HasOneActiveConsumer(queue) && (bound > 0 || NeedsConsumer(queue)))
        {
            await ConsumeAloneAsync(queue, Math.Max(1, bound), cancellationToken).ConfigureAwait(false);
            return;
        }

        var (has, wants) = Windows(queue, bound);
        if (has < wants && LiveOf(queue).Count() >= MostWindows)
        {
            await RetireAsync(queue, LiveOf(queue).ToArray(), cancellationToken).ConfigureAwait(false);
        }

        while (Windows(queue, bound) is var (live, wanted) && live > wanted)
        {
            // The smallest that is enough, or the largest when none is.
            var windows = LiveOf(queue).Where(subscription => subscription.Window > 0).OrderBy(subscription => subscription.Window).ToArray();
            await RetireAsync(queue, [windows.FirstOrDefault(one => one.Window >= live - wanted) ?? windows[^1]], cancellationToken).ConfigureAwait(false);
        }

        (has, wants) = Windows(queue, bound);
        if (has < wants)
        {
            await ConsumeAsync(queue, wants - has, cancellationToken).ConfigureAwait(false);
        }
    }

    // After a pause its only consumer gets the largest window that the queue has had: neither what is still in hand nor a bound that is only on its way up
    // must make it smaller, since it stays so.
    private async Task ConsumeAloneAsync(QueueSpec queue, int bound, CancellationToken cancellationToken)
    {
        if (LiveOf(queue).Any(live => live.Window > 0))
        {
            return;
        }

        var window = Math.Max(bound, _loneWindows.GetValueOrDefault(queue.Name));
        _loneWindows[queue.Name] = window;
        await ConsumeAsync(queue, window, cancellationToken).ConfigureAwait(false);
    }

    // What the queue's consumers may have unsettled, and what they should: the rest is taken by deliveries of consumers that are gone or going.
    private (int Has, int Wants) Windows(QueueSpec queue, int bound)
    {
        var (windows, taken) = (0, 0);
        foreach (var subscription in _all.Where(subscription => subscription.Queue == queue.Name))
        {
            if (subscription is { IsRetired: false, Window: > 0 })
            {
                windows += subscription.Window;
            }
            else
            {
                taken += subscription.Unsettled;
            }
        }

        return (windows, Math.Max(bound - taken, NeedsConsumer(queue) ? 1 : 0));
    }

    private async Task RetireAsync(QueueSpec queue, AmqpSubscription[] leaving, CancellationToken cancellationToken)
    {
        if (NeedsConsumer(queue) && leaving.Length == LiveOf(queue).Count())
        {
            await ConsumeAsync(queue, window: 1, cancellationToken).ConfigureAwait(false);
        }

        foreach (var subscription in leaving)
        {
            await CancelAsync(subscription, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ConsumeAsync(QueueSpec queue, int window, CancellationToken cancellationToken)
    {
        if (window != _nextWindow)
        {
            await BoundAsync(window, global: false, cancellationToken).ConfigureAwait(false);
            _nextWindow = window;
        }

        var tag = (++_lastTag).ToString(CultureInfo.InvariantCulture);
        var subscription = new AmqpSubscription(tag, queue, window, onRetiredSettled);
        _byTag[tag] = subscription;
        _all.Add(subscription);

        // Also where nothing is settled messages are acknowledged, by the act of taking them: it is the only brake that AMQP has.
        await channel.BasicConsumeAsync(queue.Name, autoAck: false, tag, noLocal: false, exclusive: false, null, consumer, cancellationToken)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CancelAsync(AmqpSubscription subscription, CancellationToken cancellationToken)
    {
        subscription.Retire();
        await channel.BasicCancelAsync(subscription.Tag, noWait: false, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAny(subscription.Cancelled, ended).WaitAsync(cancellationToken).ConfigureAwait(false);
        _byTag.TryRemove(subscription.Tag, out _);
    }

    private Task BoundAsync(int count, bool global, CancellationToken cancellationToken)
        => channel.BasicQosAsync(0, (ushort)Math.Min(count, ushort.MaxValue), global, cancellationToken).WaitAsync(cancellationToken);
}
