namespace CeleryNet.Routing;

/// <summary>An exchange as Celery would declare it. The empty name is the default exchange, which is never declared.</summary>
internal sealed record ExchangeSpec(string Name, string Type = ExchangeSpec.Direct)
{
    public const string Direct = "direct";
    public const string Topic = "topic";
    public const string Fanout = "fanout";

    public static ExchangeSpec Default { get; } = new("");

    public bool Durable { get; init; } = true;

    public bool AutoDelete { get; init; }

    /// <summary>AMQP arguments of the declaration; null for none.</summary>
    public IReadOnlyDictionary<string, object?>? Arguments { get; init; }
}
