using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// The reader's end of a consumer's channel. Deliveries that were lost while they waited here are not handed out: the broker delivers them again.
/// Where nothing is settled, taking a delivery acknowledges it, so that the prefetch count bounds what waits here in that case too.
/// </summary>
internal sealed class AmqpDeliveryReader(ChannelReader<AmqpDelivery> inner, bool noAck) : ChannelReader<IDelivery>
{
    public override Task Completion => inner.Completion;

    public override bool CanCount => inner.CanCount;

    public override int Count => inner.Count;

    public override bool TryRead([MaybeNullWhen(false)] out IDelivery item)
    {
        while (inner.TryRead(out var delivery))
        {
            if (delivery.IsLost)
            {
                continue;
            }

            if (noAck)
            {
                delivery.SettleByTaking();
            }

            item = delivery;
            return true;
        }

        item = null;
        return false;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => inner.WaitToReadAsync(cancellationToken);
}
