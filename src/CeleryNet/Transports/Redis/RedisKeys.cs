using System.Globalization;

namespace CeleryNet.Transports.Redis;

/// <summary>The names of kombu's keys. kombu/transport/redis.py Channel</summary>
/// <param name="prefix">A text before every key and channel (<c>global_keyprefix</c>).</param>
/// <param name="steps">The priorities that have a list of their own (<c>priority_steps</c>).</param>
/// <param name="database">The number of the database, part of fanout channels.</param>
internal sealed class RedisKeys(string prefix, IReadOnlyList<int> steps, int database)
{
    public const string UnackedName = "unacked";

    /// <summary>Stands between the parts of names and of bindings (<c>sep</c>).</summary>
    public const string Separator = "\u0006\u0016";

    private const int MaxPriority = 9;

    public IReadOnlyList<int> Steps { get; } = steps.Count > 0 && steps[0] == 0 && steps.Zip(steps.Skip(1)).All(pair => pair.First < pair.Second)
        ? steps
        : throw new CeleryConfigurationException($"PrioritySteps must ascend from 0, as 0, 3, 6, 9 do; was {string.Join(", ", steps)}.");

    /// <summary>Hash: delivery tag → <c>[envelope, exchange, routing key]</c>.</summary>
    public string Unacked { get; } = prefix + UnackedName;

    /// <summary>Sorted set: delivery tag by the Unix time at which it was last known to be held.</summary>
    public string UnackedIndex { get; } = prefix + "unacked_index";

    /// <summary>String: who restores at the moment.</summary>
    public string UnackedMutex { get; } = prefix + "unacked_mutex";

    /// <summary>The list of a queue for a step; step 0 has the queue's own name.</summary>
    public string List(string queue, int step)
        => step == 0 ? prefix + queue : string.Create(CultureInfo.InvariantCulture, $"{prefix}{queue}{Separator}{step}");

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
    public string Bindings(string exchange) => $"{prefix}_kombu.binding.{exchange}";

    /// <summary>The list that keeps what cannot be read or run.</summary>
    public string DeadLetters(string deadLetterQueue) => prefix + deadLetterQueue;

    /// <summary>The channel of a fanout exchange: <c>/{db}.exchange[/routing key]</c> (<c>Channel._get_publish_topic</c>).</summary>
    public string FanoutChannel(string exchange, string routingKey)
    {
        var channel = string.Create(CultureInfo.InvariantCulture, $"{prefix}/{database}.{exchange}");
        return routingKey.Length == 0 ? channel : $"{channel}/{routingKey}";
    }
}
