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
        ExchangeSpec.Topic => MatchesTopic(pattern.Split('.'), routingKey.Split('.')),
        _ => pattern == routingKey,
    };

    // AMQP topic pattern: words between dots, "*" stands for one word, "#" for any number of them.
    private static bool MatchesTopic(ReadOnlySpan<string> pattern, ReadOnlySpan<string> words)
    {
        while (pattern.Length > 0)
        {
            if (pattern[0] == "#")
            {
                for (var skipped = 0; skipped <= words.Length; skipped++)
                {
                    if (MatchesTopic(pattern[1..], words[skipped..]))
                    {
                        return true;
                    }
                }

                return false;
            }

            if (words.Length == 0 || (pattern[0] != "*" && pattern[0] != words[0]))
            {
                return false;
            }

            pattern = pattern[1..];
            words = words[1..];
        }

        return words.Length == 0;
    }
}
