using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CeleryNet.Transports.Redis;

/// <summary>The reader's end of what a consumer takes. Reading a message that is not settled makes room for the next.</summary>
internal sealed class RedisDeliveryReader(DeliveryQueue queue) : ChannelReader<IDelivery>
{
    public override Task Completion => queue.Completion;

    public override bool CanCount => true;

    public override int Count => queue.Count;

    public override bool TryRead([MaybeNullWhen(false)] out IDelivery item)
    {
        if (!queue.TryTake(out item))
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

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => queue.WaitAsync(cancellationToken);
}
