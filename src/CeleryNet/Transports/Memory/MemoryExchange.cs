using CeleryNet.Routing;

namespace CeleryNet.Transports.Memory;

/// <summary>An exchange: which of its queues get a message. Guarded by the broker's lock.</summary>
internal sealed class MemoryExchange(ExchangeSpec spec)
{
    private readonly HashSet<(string Queue, string Key)> _bindings = [];

    public string Type => spec.Type;

    public void Bind(string queue, string key) => _bindings.Add((queue, key));

    public void Unbind(string queue) => _bindings.RemoveWhere(binding => binding.Queue == queue);

    public IEnumerable<string> Route(string routingKey)
        => _bindings.Where(binding => Matches(binding.Key, routingKey)).Select(binding => binding.Queue).Distinct();

    private bool Matches(string pattern, string routingKey) => Type switch
    {
        ExchangeSpec.Fanout => true,
        ExchangeSpec.Topic => TopicPattern.Matches(pattern, routingKey),
        _ => pattern == routingKey,
    };
}
