using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// Sends the acknowledgements of one channel. Those that come while others are being sent go together: one <c>basic.ack(multiple)</c> for all
/// below the lowest delivery that is still unsettled, one each for the rest. An acknowledgement waits for others only behind what could run at once anyway.
/// </summary>
internal sealed class AmqpAckBatcher : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly IChannel _channel;
    private readonly Action<string> _onBroken;

    // Those that somebody waits for.
    private readonly Bursts<AmqpDelivery> _awaited;

    // The unsettled deliveries in the order of their tags, linked through themselves: the first is the lowest.
    private AmqpDelivery? _first;
    private AmqpDelivery? _last;
    private List<ulong> _waiting = [];
    private List<ulong> _sending = [];
    private TaskCompletionSource? _flushed;
    private bool _isFlushing;
    private bool _isBroken;

    /// <param name="channel">Whose deliveries they are.</param>
    /// <param name="onBroken">Called once if an acknowledgement cannot be sent: the channel is of no more use.</param>
    public AmqpAckBatcher(IChannel channel, Action<string> onBroken)
    {
        _channel = channel;
        _onBroken = onBroken;
        _awaited = new((int.MaxValue, long.MaxValue), static _ => 1, AckAllAsync, static (delivery, isSent) =>
        {
            if (isSent)
            {
                delivery.Acknowledged();
            }
        });
    }

    /// <summary>Takes up a delivery; called in the order of the tags.</summary>
    public void Track(AmqpDelivery delivery)
    {
        delivery.Subscription.OnDelivered();
        lock (_gate)
        {
            delivery.Previous = _last;
            if (_last is null)
            {
                _first = delivery;
            }
            else
            {
                _last.Next = delivery;
            }

            _last = delivery;
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

    /// <summary>Acknowledges a delivery, and completes when that has been sent, or cannot be any more. What many want acknowledged meanwhile goes together.</summary>
    public ValueTask AckFirstAsync(AmqpDelivery delivery, CancellationToken cancellationToken) => _awaited.SendOnlyAsync(delivery, cancellationToken);

    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    private async Task AckAllAsync(IReadOnlyList<AmqpDelivery> deliveries, BurstAnswer[] areSent)
    {
        Task? flushed = null;
        lock (_gate)
        {
            if (_isBroken)
            {
                // None was tried: the broker delivers them again.
                return;
            }

            for (var i = 0; i < deliveries.Count; i++)
            {
                Unlink(deliveries[i]);
                _waiting.Add(deliveries[i].Tag);
            }

            if (_isFlushing)
            {
                flushed = (_flushed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            _isFlushing = true;
        }

        // If that breaks, some may have arrived: not to run these could lose them.
        await (flushed ?? FlushAsync()).ConfigureAwait(false);
        Array.Fill(areSent, new BurstAnswer(true), 0, deliveries.Count);
    }

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
            _onBroken($"acknowledgements could not be sent: {error.Message}");
            lock (_gate)
            {
                _isBroken = true;
                (_flushed ??= new()).TrySetResult();
            }
        }
    }

    private bool TryTake(out ulong lowestUnsettled)
    {
        lock (_gate)
        {
            lowestUnsettled = _first?.Tag ?? ulong.MaxValue;
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
            await _channel.BasicAckAsync(upTo, multiple: below > 1, CancellationToken.None).ConfigureAwait(false);
        }

        foreach (var tag in tags)
        {
            if (tag > upTo)
            {
                await _channel.BasicAckAsync(tag, multiple: false, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Unlink(AmqpDelivery delivery)
    {
        if (delivery.Previous is null)
        {
            _first = delivery.Next;
        }
        else
        {
            delivery.Previous.Next = delivery.Next;
        }

        if (delivery.Next is null)
        {
            _last = delivery.Previous;
        }
        else
        {
            delivery.Next.Previous = delivery.Previous;
        }

        delivery.Previous = null;
        delivery.Next = null;
        delivery.Subscription.OnSettled();
    }
}
