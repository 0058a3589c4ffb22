using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CeleryNet.Transports.Memory;

/// <summary>The reader's end of a consumer's channel. Where nothing is settled, reading itself makes room for the next message.</summary>
internal sealed class MemoryDeliveryReader(ChannelReader<MemoryDelivery> inner, Action<MemoryDelivery>? onRead) : ChannelReader<IDelivery>
{
    public override Task Completion => inner.Completion;

    public override bool CanCount => inner.CanCount;

    public override int Count => inner.Count;

    public override bool TryRead([MaybeNullWhen(false)] out IDelivery item)
    {
        if (!inner.TryRead(out var delivery))
        {
            item = null;
            return false;
        }

        onRead?.Invoke(delivery);
        item = delivery;
        return true;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => inner.WaitToReadAsync(cancellationToken);
}
