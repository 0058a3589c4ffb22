using CeleryNet.Routing;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// The members of a binding set: <c>routing key SEP pattern SEP queue</c>. The exchange's type is stored nowhere; a topic binding shows by its pattern.
/// kombu/transport/redis.py Channel._queue_bind, kombu/transport/virtual/exchange.py
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class RedisBindings
{
    private readonly RedisTopics _topics = new();

    /// <summary>The member that binds a queue.</summary>
    public static string Member(BindingSpec binding, string queue, string separator)
    {
        var pattern = binding.Exchange.Type == ExchangeSpec.Topic ? TopicPattern(binding.RoutingKey) : "";
        return string.Join(separator, binding.RoutingKey, pattern, queue);
    }

    /// <summary>The queues among the members that a routing key reaches, each once.</summary>
    public IReadOnlyList<string> Match(IEnumerable<string> members, string routingKey, string separator)
    {
        var queues = new List<string>();
        foreach (var member in members)
        {
            var parts = member.Split(separator);
            if (parts is [var key, var pattern, { Length: > 0 } queue]
                && (pattern.Length == 0 ? key == routingKey : _topics.Matches(key, routingKey))
                && !queues.Contains(queue))
            {
                queues.Add(queue);
            }
        }

        return queues;
    }

    /// <summary>
    /// A topic as the regular expression kombu writes: words joined by <c>\.</c>, <c>*</c> as <c>.*?[^\.]</c>, <c>#</c> as <c>.*?</c>, the rest escaped.
    /// TopicExchange.key_to_pattern
    /// </summary>
    public static string TopicPattern(string routingKey)
        => TopicPattern(routingKey, character => @"\" + (character == '\0' ? "000" : character.ToString()));

    /// <summary>The same with escapes of another kind. kombu/utils/text.py escape_regex with ".#*" left as they are.</summary>
    public static string TopicPattern(string routingKey, Func<char, string> escape)
    {
        var words = routingKey.Split('.').Select(word => word switch
        {
            "*" => @".*?[^\.]",
            "#" => ".*?",
            _ => string.Concat(word.Select(character => char.IsLetterOrDigit(character) || character is '#' or '*' ? character.ToString() : escape(character))),
        });
        return "^" + string.Join(@"\.", words) + "$";
    }
}
