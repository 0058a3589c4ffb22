using CeleryNet.Routing;

namespace CeleryNet.Events;

/// <summary>Where events go: each by its type, so that a listener can bind to some of them. celery/events/event.py get_exchange</summary>
/// <param name="Name">The exchange's name (<c>event_exchange</c>).</param>
/// <param name="IsFanout">Whether it is a fanout, as on Redis; it is a topic elsewhere.</param>
internal sealed record EventExchange(string Name, bool IsFanout)
{
    public const string DefaultName = "celeryev";

    /// <summary>As every program that uses it must declare it.</summary>
    public ExchangeSpec Spec { get; } = new(Name, IsFanout ? ExchangeSpec.Fanout : ExchangeSpec.Topic);

    /// <summary>Where the messages of a routing key are sent. Nobody may be listening.</summary>
    public Destination For(string routingKey) => new(Name, routingKey) { DeclareExchange = Spec, Mandatory = false };
}
