namespace CeleryNet.Transports;

/// <summary>What becomes of a delivered message. Settled once; a second settlement does nothing.</summary>
internal readonly record struct Settlement
{
    private Settlement(SettlementKind kind, string? reason)
    {
        Kind = kind;
        Reason = reason;
    }

    public SettlementKind Kind { get; }

    /// <summary>Why a message is kept aside, in words for the person who will look at it.</summary>
    public string? Reason { get; }

    /// <summary>Done with; the broker forgets it.</summary>
    public static Settlement Ack => new(SettlementKind.Ack, null);

    /// <summary>Refused without requeue: to the queue's dead-letter exchange on AMQP if it has one, else gone. Celery's way.</summary>
    public static Settlement Reject => new(SettlementKind.Reject, null);

    /// <summary>Back to its queue, to be delivered next where the broker can do that, marked as redelivered.</summary>
    public static Settlement Requeue => new(SettlementKind.Requeue, null);

    /// <summary>Back to its queue as <see cref="Requeue"/>, but never begun: where the broker can do that, it does not count as delivered.</summary>
    public static Settlement Return => new(SettlementKind.Return, null);

    /// <summary>Moved, as it came, to the dead letters of its queue together with the reason and the time; nothing is lost in between.</summary>
    public static Settlement DeadLetter(string reason) => new(SettlementKind.DeadLetter, reason);
}

internal enum SettlementKind
{
    Ack,
    Reject,
    Requeue,
    Return,
    DeadLetter,
}
