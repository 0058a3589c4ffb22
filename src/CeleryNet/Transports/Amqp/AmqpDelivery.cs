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
    private int _settled;

    public Envelope? Envelope => envelope;

    public string? Unreadable => null;

    public string Queue => subscription.Queue;

    public string Exchange => exchange;

    public string RoutingKey => routingKey;

    public bool Redelivered => redelivered;

    public CancellationToken Lost => channel.Lost;

    public ulong Tag => tag;

    /// <summary>Whose bound it counts against.</summary>
    public AmqpSubscription Subscription => subscription;

    /// <summary>The neighbours among the channel's unsettled deliveries. Belongs to <see cref="AmqpAckBatcher"/>.</summary>
    public AmqpDelivery? Previous { get; set; }

    /// <inheritdoc cref="Previous" />
    public AmqpDelivery? Next { get; set; }

    public async ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _settled, 1) == 1 || Lost.IsCancellationRequested)
        {
            return;
        }

        if (settlement.Kind == SettlementKind.Ack)
        {
            channel.Acks.Ack(this);
            return;
        }

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
