namespace CeleryNet.Protocol;

/// <summary>What a broker carries: body bytes, how to read them, headers and properties. It knows nothing of tasks.</summary>
internal sealed class Envelope
{
    /// <summary>The body as it was published. The envelope owns it: no transport reuses the memory.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public string? ContentType { get; init; }

    public string? ContentEncoding { get; init; }

    public MessageHeaders Headers
    {
        get => field ??= new MessageHeaders();
        init;
    }

    public string? CorrelationId { get; init; }

    public string? ReplyTo { get; init; }

    /// <summary>Milliseconds as text, as AMQP has it; null when the message does not expire at the broker.</summary>
    public string? Expiration { get; init; }

    /// <summary>0 to 255; null when the message carries none.</summary>
    public int? Priority { get; init; }

    /// <summary>Whether the broker should keep it across a restart (delivery_mode 2).</summary>
    public bool Persistent { get; init; } = true;
}
