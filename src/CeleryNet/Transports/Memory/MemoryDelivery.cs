using CeleryNet.Protocol;

namespace CeleryNet.Transports.Memory;

/// <summary>A message in a consumer's hands.</summary>
internal sealed class MemoryDelivery(MemoryBroker broker, MemoryConsumer consumer, string queue, MemoryMessage message) : IDelivery
{
    public Envelope Envelope => Message.Envelope;

    public string? Unreadable => null;

    public string Queue => queue;

    public string Exchange => Message.Exchange;

    public string RoutingKey => Message.RoutingKey;

    public bool Redelivered { get; } = message.Redelivered;

    public int DeliveryCount { get; } = message.DeliveryCount;

    public CancellationToken Lost => Consumer.Lost;

    public MemoryConsumer Consumer => consumer;

    public MemoryMessage Message => message;

    /// <summary>Its place among the consumer's unsettled deliveries; null once it is settled. Guarded by the broker's lock.</summary>
    public LinkedListNode<MemoryDelivery>? Place { get; set; }

    public ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (broker.Settle(this, settlement) && settlement.Kind == SettlementKind.DeadLetter)
        {
            Consumer.LogDeadLetter(Queue, settlement.Reason ?? "");
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> CountAsync(CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<bool>(cancellationToken) : new(broker.Count(this));

    public ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        broker.KeepCopy(this, reason);
        Consumer.LogDeadLetter(Queue, reason);
        return ValueTask.CompletedTask;
    }
}
