using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// Sends the acknowledgements of one channel. Those that come while others are being sent go together: one <c>basic.ack(multiple)</c> for all
/// below the lowest delivery that is still unsettled, one each for the rest. An acknowledgement never waits for others to come.
/// </summary>
/// <param name="channel">Whose deliveries they are.</param>
/// <param name="onBroken">Called once if an acknowledgement cannot be sent: the channel is of no more use.</param>
internal sealed class AmqpAckBatcher(IChannel channel, Action<string> onBroken) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();

    // In the order of their tags: the first is the lowest.
    private readonly LinkedItems<AmqpDelivery, Links> _unsettled = new();
    private List<ulong> _waiting = [];
    private List<ulong> _sending = [];
    private TaskCompletionSource? _flushed;
    private bool _isFlushing;

    /// <summary>Takes up a delivery; called in the order of the tags.</summary>
    public void Track(AmqpDelivery delivery)
    {
        delivery.Subscription.OnDelivered();
        lock (_gate)
        {
            _unsettled.Add(delivery);
        }
    }

    /// <summary>Acknowledges a delivery soon.</summary>
    public void Ack(AmqpDelivery delivery)
    {
        lock (_gate)
        {
            Unlink(delivery);
            _waiting.Add(delivery.Tag);
            if (_isFlushing)
            {
                return;
            }

            _isFlushing = true;
        }

        // Behind the tasks that could run already: when there are such, more acknowledgements come before it is this one's turn, and they go together.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    /// <summary>Lets go of a delivery whose rejection has been sent. Not before: a multiple acknowledgement would take it along.</summary>
    public void Forget(AmqpDelivery delivery)
    {
        lock (_gate)
        {
            Unlink(delivery);
        }
    }

    /// <summary>Completes when what was acknowledged before has been sent.</summary>
    public Task WhenFlushedAsync()
    {
        lock (_gate)
        {
            return _isFlushing ? (_flushed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            while (TryTake(out var lowestUnsettled))
            {
                await SendAsync(_sending, lowestUnsettled).ConfigureAwait(false);
                _sending.Clear();
            }
        }
#pragma warning disable CA1031 // Acknowledgements that silently stop would fill the prefetch window for good: whatever it was, the channel is replaced.
        catch (Exception error)
#pragma warning restore CA1031
        {
            onBroken($"acknowledgements could not be sent: {error.Message}");
            lock (_gate)
            {
                (_flushed ??= new()).TrySetResult();
            }
        }
    }

    private bool TryTake(out ulong lowestUnsettled)
    {
        lock (_gate)
        {
            lowestUnsettled = _unsettled.First?.Tag ?? ulong.MaxValue;
            if (_waiting.Count == 0)
            {
                _isFlushing = false;
                _flushed?.TrySetResult();
                _flushed = null;
                return false;
            }

            (_waiting, _sending) = (_sending, _waiting);
            return true;
        }
    }

    private async Task SendAsync(List<ulong> tags, ulong lowestUnsettled)
    {
        // The tag of a multiple acknowledgement must itself be one that the broker waits for.
        ulong upTo = 0;
        var below = 0;
        foreach (var tag in tags)
        {
            if (tag < lowestUnsettled)
            {
                upTo = Math.Max(upTo, tag);
                below++;
            }
        }

        if (below > 0)
        {
            await channel.BasicAckAsync(upTo, multiple: below > 1, CancellationToken.None).ConfigureAwait(false);
        }

        foreach (var tag in tags)
        {
            if (tag > upTo)
            {
                await channel.BasicAckAsync(tag, multiple: false, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Unlink(AmqpDelivery delivery)
    {
        _unsettled.Remove(delivery);
        delivery.Subscription.OnSettled();
    }

    private readonly struct Links : ILinks<AmqpDelivery>
    {
        public static ref ItemLinks<AmqpDelivery> Of(AmqpDelivery item) => ref item.UnsettledLinks;
    }
}
