using System.Globalization;

namespace CeleryNet.Transports.Redis;

/// <summary>The names of kombu's keys. kombu/transport/redis.py Channel</summary>
internal sealed class RedisKeys
{
    public const string UnackedName = "unacked";

    private const int MaxPriority = 9;

    private readonly string _prefix;
    private readonly string _fanoutPrefix;

    /// <param name="options">The texts before keys and channels, the separator, the steps.</param>
    /// <param name="database">The number of the database, part of fanout channels.</param>
    /// <exception cref="CeleryConfigurationException">The steps do not ascend from 0.</exception>
    public RedisKeys(TransportOptions options, int database)
    {
        var steps = options.PrioritySteps;
        Steps = steps.Count > 0 && steps[0] == 0 && steps.Zip(steps.Skip(1)).All(pair => pair.First < pair.Second)
            ? steps
            : throw new CeleryConfigurationException($"PrioritySteps must ascend from 0, as 0, 3, 6, 9 do; was {string.Join(", ", steps)}.");
        Separator = options.Separator;
        HasFanoutPatterns = options.FanoutPatterns;
        _prefix = options.GlobalKeyPrefix;
        _fanoutPrefix = _prefix + options.FanoutPrefix.Replace("{db}", database.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Unacked = _prefix + UnackedName;
        UnackedIndex = _prefix + "unacked_index";
        UnackedMutex = _prefix + "unacked_mutex";
    }

    /// <summary>The priorities that have a list of their own (<c>priority_steps</c>).</summary>
    public IReadOnlyList<int> Steps { get; }

    /// <summary>Stands between the parts of names and of bindings (<c>sep</c>).</summary>
    public string Separator { get; }

    /// <summary>Whether channels end with the routing key (<c>fanout_patterns</c>).</summary>
    public bool HasFanoutPatterns { get; }

    /// <summary>Hash: delivery tag → <c>[envelope, exchange, routing key]</c>.</summary>
    public string Unacked { get; }

    /// <summary>Sorted set: delivery tag by the Unix time at which it was last known to be held.</summary>
    public string UnackedIndex { get; }

    /// <summary>String: who restores at the moment.</summary>
    public string UnackedMutex { get; }

    /// <summary>The list of a queue for a step; step 0 has the queue's own name.</summary>
    public string List(string queue, int step)
        => step == 0 ? _prefix + queue : string.Create(CultureInfo.InvariantCulture, $"{_prefix}{queue}{Separator}{step}");

    /// <summary>The list that takes messages of a priority: the largest step that is not above it (<c>Channel.priority</c>).</summary>
    public string ListFor(string queue, int? priority)
    {
        var clamped = Math.Clamp(priority ?? 0, 0, MaxPriority);
        var found = 0;
        for (var i = 0; i < Steps.Count && Steps[i] <= clamped; i++)
        {
            found = Steps[i];
        }

        return List(queue, found);
    }

    /// <summary>Set of the bindings of an exchange.</summary>
    public string Bindings(string exchange) => $"{_prefix}_kombu.binding.{exchange}";

    /// <summary>The list that keeps what cannot be read or run.</summary>
    public string DeadLetters(string deadLetterQueue) => _prefix + deadLetterQueue;

    /// <summary>The channel of a fanout exchange: <c>/{db}.exchange[/routing key]</c> (<c>Channel._get_publish_topic</c>).</summary>
    public string FanoutChannel(string exchange, string routingKey)
        => routingKey.Length == 0 || !HasFanoutPatterns ? _fanoutPrefix + exchange : $"{_fanoutPrefix}{exchange}/{routingKey}";
}
