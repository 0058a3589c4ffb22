using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Matches routing keys by the expressions that kombu makes of bindings to topic exchanges. Each is made once: the bindings of an exchange are read for each
/// message, and are nearly always those of the message before. Safe for concurrent use.
/// </summary>
/// <param name="capacity">
/// How many are kept at most; by default far more than an application has. At that number all go, those that are not bound any more for good, and the others
/// until the next message.
/// </param>
internal sealed class RedisTopics(int capacity = 1024)
{
    private static readonly TimeSpan _matchTimeout = TimeSpan.FromSeconds(1);

    // Null for a key of which no expression can be made.
    private readonly ConcurrentDictionary<string, Regex?> _patterns = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many are kept.</summary>
    public int Count => _patterns.Count;

    /// <summary>Whether a message with a routing key reaches a queue that is bound by another; false when no expression can be made of that.</summary>
    public bool Matches(string bindingKey, string routingKey)
    {
        try
        {
            return Find(bindingKey)?.IsMatch(routingKey) ?? false;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private Regex? Find(string bindingKey)
    {
        if (_patterns.TryGetValue(bindingKey, out var known))
        {
            return known;
        }

        var made = Make(bindingKey);
        if (_patterns.TryAdd(bindingKey, made) && Interlocked.Increment(ref _count) > capacity)
        {
            Interlocked.Exchange(ref _count, 0);
            _patterns.Clear();
        }

        return made;
    }

    // Python escapes what .NET refuses to have escaped (\_), so the expression is made anew from the binding's key. It comes from the broker: it is
    // matched without backtracking and cannot be made to run for ever.
    private static Regex? Make(string bindingKey)
    {
        try
        {
            var pattern = RedisBindings.TopicPattern(bindingKey, character => Regex.Escape(character.ToString()));
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, _matchTimeout);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
