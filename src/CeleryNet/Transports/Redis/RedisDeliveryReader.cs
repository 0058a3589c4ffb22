using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CeleryNet.Transports.Redis;

/// <summary>The reader's end of a consumer's channel. Reading a message that is not settled makes room for the next.</summary>
internal sealed class RedisDeliveryReader(ChannelReader<IDelivery> inner) : ChannelReader<IDelivery>
{
    public override Task Completion => inner.Completion;

    public override bool CanCount => inner.CanCount;

    public override int Count => inner.Count;

    public override bool TryRead([MaybeNullWhen(false)] out IDelivery item)
    {
        if (!inner.TryRead(out item))
        {
            return false;
        }

        if (item is NoAckDelivery delivery)
        {
            delivery.Window.Leave();
            delivery.Window.TellOfRoom();
        }

        return true;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => inner.WaitToReadAsync(cancellationToken);
}
