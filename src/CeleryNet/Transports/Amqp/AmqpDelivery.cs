using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>A delivery, which can be settled only on the channel it came on.</summary>
internal sealed class AmqpDelivery(
    AmqpConsumerChannel channel,
    AmqpSubscription subscription,
    ulong tag,
    string exchange,
    string routingKey,
    bool redelivered,
    IReadOnlyBasicProperties properties,
    Envelope envelope) : IDelivery
{
    private readonly (string Exchange, string RoutingKey) _way = AmqpRunCount.ReadWay(properties, exchange, routingKey);
    private ItemLinks<AmqpDelivery> _unsettledLinks;
    private int _settled;

    public Envelope? Envelope => envelope;

    public string? Unreadable => null;

    public string Queue => subscription.Queue;

    public string Exchange => _way.Exchange;

    public string RoutingKey => _way.RoutingKey;

    public bool Redelivered => redelivered || DeliveryCount > 0;

    public int DeliveryCount { get; } = AmqpRunCount.Read(properties) + (redelivered ? 1 : 0);

    public CancellationToken Lost => channel.Lost;

    public bool IsLost => channel.Lost.IsCancellationRequested;

    public ulong Tag => tag;

    /// <summary>Whose bound it counts against.</summary>
    public AmqpSubscription Subscription => subscription;

    /// <summary>Its neighbours among the channel's unsettled deliveries.</summary>
    public ref ItemLinks<AmqpDelivery> UnsettledLinks => ref _unsettledLinks;

    public ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _settled, 1) == 1 || IsLost)
        {
            return ValueTask.CompletedTask;
        }

        if (settlement.Kind == SettlementKind.Ack)
        {
            channel.Acks.Ack(this);
            return ValueTask.CompletedTask;
        }

        return PutBackAsync(settlement, cancellationToken);
    }

    private async ValueTask PutBackAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        try
        {
            if (settlement.Kind == SettlementKind.DeadLetter)
            {
                await channel.DeadLetters.KeepAsync(properties, envelope.Body, Queue, settlement.Reason ?? "", cancellationToken).ConfigureAwait(false);
                channel.Acks.Ack(this);
            }
            else
            {
                await channel.RejectAsync(this, requeue: settlement.Kind is SettlementKind.Requeue or SettlementKind.Return, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            // Still to be settled, by the caller or by the loss of the channel.
            Volatile.Write(ref _settled, 0);
            channel.Logger.SettlementFailed(error, Queue, settlement.Kind.ToString());
            throw;
        }
    }

    public async ValueTask<bool> CountAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsLost || Volatile.Read(ref _settled) == 1)
        {
            return false;
        }

        // When this run is not the end of the message, the broker will say that it was delivered before: one more.
        if (!redelivered)
        {
            return true;
        }

        if (Interlocked.Exchange(ref _settled, 1) == 1)
        {
            return false;
        }

        try
        {
            await channel.RunCount.CopyAsync(this, properties, envelope.Body, DeliveryCount, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Still to be settled, by the caller or by the loss of the channel.
            Volatile.Write(ref _settled, 0);
            throw;
        }

        channel.Acks.Ack(this);
        return false;
    }

    public async ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken)
        => await channel.DeadLetters.KeepAsync(properties, envelope.Body, Queue, reason, cancellationToken).ConfigureAwait(false);

    /// <summary>Acknowledges the delivery for a consumer that settles nothing, as it is taken.</summary>
    public void SettleByTaking()
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            channel.Acks.Ack(this);
        }
    }
}
