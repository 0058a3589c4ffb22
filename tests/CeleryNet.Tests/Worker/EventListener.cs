using System.Text;
using System.Text.Json;
using CeleryNet.Events;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>What a monitor hears, message by message.</summary>
internal sealed class EventListener(IConsumer consumer) : IAsyncDisposable
{
    private readonly Queue<JsonElement> _events = new();

    public static async Task<EventListener> StartAsync(ITransport transport, EventExchange exchange, string binding)
    {
        var queue = new QueueSpec(Names.Unique("listener"), exchange.Spec, binding) { AutoDelete = true };
        return new EventListener(await transport.ConsumeAsync(new ConsumerRequest([queue], 1000) { NoAck = true }, CancellationToken.None));
    }

    /// <summary>Waits for the next message.</summary>
    public async Task<HeardMessage> NextMessageAsync()
    {
        var delivery = await consumer.Deliveries.ReadAsync().WithinBound("a message with events");
        return new HeardMessage(delivery.RoutingKey, delivery.Envelope.ShouldNotBeNull());
    }

    /// <summary>Waits for the next event, alone or in a list.</summary>
    public async Task<JsonElement> NextAsync()
    {
        while (_events.Count == 0)
        {
            foreach (var @event in (await NextMessageAsync()).Events)
            {
                _events.Enqueue(@event);
            }
        }

        return _events.Dequeue();
    }

    /// <summary>Waits for an event of a type; others before it are passed over.</summary>
    public async Task<JsonElement> NextAsync(string type)
    {
        while (true)
        {
            var @event = await NextAsync();
            if (@event.GetProperty("type").GetString() == type)
            {
                return @event;
            }
        }
    }

    /// <summary>Waits for so many events and tells their types.</summary>
    public async Task<IReadOnlyList<string>> NextTypesAsync(int count)
    {
        var types = new List<string>();
        while (types.Count < count)
        {
            types.Add((await NextAsync()).GetProperty("type").GetString()!);
        }

        return types;
    }

    public ValueTask DisposeAsync() => consumer.DisposeAsync();
}

/// <summary>A message with events.</summary>
internal sealed record HeardMessage(string RoutingKey, Envelope Envelope)
{
    public JsonElement Body { get; } = JsonElement.Parse(Encoding.UTF8.GetString(Envelope.Body.Span));

    public IReadOnlyList<JsonElement> Events => Body.ValueKind == JsonValueKind.Array ? [.. Body.EnumerateArray()] : [Body];
}
