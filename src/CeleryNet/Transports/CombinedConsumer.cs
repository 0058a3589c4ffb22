using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CeleryNet.Transports;

/// <summary>Several consumers as one, where a broker delivers in several ways. Each keeps to the prefetch count by itself.</summary>
internal sealed class CombinedConsumer : IConsumer
{
    private readonly IReadOnlyList<IConsumer> _consumers;

    public CombinedConsumer(IReadOnlyList<IConsumer> consumers)
    {
        _consumers = consumers;
        Deliveries = new Reader([.. consumers.Select(consumer => consumer.Deliveries)]);
    }

    public ChannelReader<IDelivery> Deliveries { get; }

    public void SetPrefetch(int count)
    {
        foreach (var consumer in _consumers)
        {
            consumer.SetPrefetch(count);
        }
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken)
        => await Task.WhenAll(_consumers.Select(consumer => consumer.StopAsync(cancellationToken).AsTask())).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
        => await Task.WhenAll(_consumers.Select(consumer => consumer.DisposeAsync().AsTask())).ConfigureAwait(false);

    /// <summary>Reads from all of them, each first in its turn. Nothing is taken out of one before somebody reads it here.</summary>
    private sealed class Reader(IReadOnlyList<ChannelReader<IDelivery>> readers) : ChannelReader<IDelivery>
    {
        private readonly Lock _gate = new();
        private readonly Task<bool>?[] _waits = new Task<bool>?[readers.Count];
        private int _turn;

        public override Task Completion { get; } = Task.WhenAll(readers.Select(reader => reader.Completion));

        public override bool TryRead([MaybeNullWhen(false)] out IDelivery item)
        {
            lock (_gate)
            {
                for (var i = 0; i < readers.Count; i++)
                {
                    _turn = (_turn + 1) % readers.Count;
                    if (readers[_turn].TryRead(out item))
                    {
                        return true;
                    }
                }
            }

            item = null;
            return false;
        }

        public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
        {
            var waits = Waits();
            while (waits.Count > 0)
            {
                var first = await Task.WhenAny(waits).WaitAsync(cancellationToken).ConfigureAwait(false);
                if (await first.ConfigureAwait(false))
                {
                    return true;
                }

                // That one has ended; the others may go on.
                waits.Remove(first);
            }

            return false;
        }

        // A wait that was not answered goes on, so that a busy consumer does not pile up waits at an idle one.
        private List<Task<bool>> Waits()
        {
            lock (_gate)
            {
                for (var i = 0; i < _waits.Length; i++)
                {
                    if (_waits[i] is not { IsCompleted: false })
                    {
                        _waits[i] = readers[i].WaitToReadAsync(CancellationToken.None).AsTask();
                    }
                }

                return [.. _waits.Select(wait => wait!)];
            }
        }
    }
}
