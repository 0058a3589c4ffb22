using System.Text;
using CeleryNet.Routing;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// The exchanges and queues by which RabbitMQ keeps messages back, as kombu declares them, so that programs of both kinds share them. A level is worth
/// 2^n seconds: its exchange puts a message into its queue if the digit of the level is 1, and else hands it on to the next level's exchange, where the
/// queue's messages go as well when their time is over. kombu/transport/native_delayed_delivery.py declare_native_delayed_delivery_exchanges_and_queues
/// </summary>
internal static class AmqpDelayTopology
{
    /// <summary>The exchange of the largest level, where messages start.</summary>
    public const string First = Prefix + "27";

    /// <summary>The exchange that messages come to when their time is over.</summary>
    public const string Last = Prefix + "delivery";

    /// <summary>What the names of all of it begin with.</summary>
    public const string Prefix = "celery_delayed_";

    /// <summary>
    /// What the key of a message to a queue by its name ends with. Without it, a queue of somebody else's topic exchange that has the same word for a key
    /// would get the message too, since all applications of a virtual host meet in the last exchange.
    /// </summary>
    public const string ByName = ".celerynet";

    private const int MaxKeyLength = 255;
    private const int Levels = DelayedRoutingKey.Digits;

    private static readonly ExchangeSpec _last = new(Last, ExchangeSpec.Topic);

    /// <summary>Declares the levels.</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses one.</exception>
    public static async Task DeclareAsync(AmqpLink link, QueueType queueType, CancellationToken cancellationToken)
    {
        // Every queue is bound to the exchange of its level by the key for a 1.
        var levels = Enumerable.Range(0, Levels).Reverse().Select(level => new QueueSpec(Name(level), Exchange(level), Key(level, "1"))
        {
            Arguments = Arguments(level, queueType),
        });
        await AmqpTopology.DeclareAsync(link, [.. levels], cancellationToken).ConfigureAwait(false);
        await AmqpTopology.DeclareAsync(link, _last, cancellationToken).ConfigureAwait(false);
        var handOns = Enumerable.Range(0, Levels).Reverse()
            .Select(level => new ExchangeBinding(level > 0 ? Name(level - 1) : Last, Name(level), Key(level, "0")));
        await AmqpTopology.BindAsync(link, handOns, [], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Binds a queue, and the exchanges it is bound to, so that what was kept back reaches it. A direct exchange takes no keys with digits before them, so
    /// the queue is bound by its name as well.
    /// </summary>
    /// <exception cref="AmqpRefusedException">The broker refuses it.</exception>
    public static async Task BindAsync(AmqpLink link, QueueSpec queue, CancellationToken cancellationToken)
    {
        var bindings = queue.Bindings.Where(CanPass).ToArray();
        var exchanges = bindings.Select(binding => new ExchangeBinding(binding.Exchange.Name, Last, AnyDigits + binding.RoutingKey));
        var queues = bindings
            .Where(binding => binding.Exchange.Type == ExchangeSpec.Topic)
            .Select(binding => new QueueBinding(queue.Name, binding.Exchange.Name, AnyDigits + binding.RoutingKey));
        if (QueueArguments.IsQuorum(queue.Arguments))
        {
            queues = queues.Concat(KeysByName(queue.Name).Select(key => new QueueBinding(queue.Name, Last, key)));
        }

        await AmqpTopology.BindAsync(link, exchanges, queues, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a binding can be made for messages with digits before their keys.</summary>
    public static bool CanPass(BindingSpec binding)
        => binding.Exchange.Type is ExchangeSpec.Topic or ExchangeSpec.Fanout && binding.RoutingKey.Length > 0 && Fits(binding.RoutingKey);

    /// <summary>Whether a queue can be bound by its name, which then is a pattern.</summary>
    public static bool CanPass(string queue) => TopicPattern.IsLiteral(queue) && Fits(queue + ByName);

    /// <summary>Whether there is room for the digits before a key.</summary>
    public static bool Fits(string key) => DelayedRoutingKey.PrefixLength + Encoding.UTF8.GetByteCount(key) <= MaxKeyLength;

    private static string AnyDigits { get; } = Stars(Levels);

    private static string Name(int level) => FormattableString.Invariant($"{Prefix}{level}");

    private static ExchangeSpec Exchange(int level) => new(Name(level), ExchangeSpec.Topic);

    private static string Key(int level, string digit) => $"{Stars(Levels - 1 - level)}{digit}.#";

    private static string Stars(int count) => string.Concat(Enumerable.Repeat("*.", count));

    // A Python worker that retries such a message may put digits before digits: as often as there is room for them, they are let through too.
    private static IEnumerable<string> KeysByName(string queue)
    {
        for (var key = AnyDigits + queue + ByName; Encoding.UTF8.GetByteCount(key) <= MaxKeyLength; key = AnyDigits + key)
        {
            yield return key;
        }
    }

    private static Dictionary<string, object?> Arguments(int level, QueueType queueType)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [QueueArguments.Type] = queueType == QueueType.Quorum ? QueueArguments.Quorum : QueueArguments.Classic,
            ["x-overflow"] = "reject-publish",
            [QueueArguments.MessageTtl] = (1L << level) * 1000,
            ["x-dead-letter-exchange"] = level > 0 ? Name(level - 1) : Last,
        };
        if (queueType == QueueType.Quorum)
        {
            arguments["x-dead-letter-strategy"] = "at-least-once";
        }

        return arguments;
    }
}

/// <summary>A binding of an exchange to another, from which messages come.</summary>
internal sealed record ExchangeBinding(string Exchange, string Source, string RoutingKey);

/// <summary>A binding of a queue to an exchange that is there.</summary>
internal sealed record QueueBinding(string Queue, string Source, string RoutingKey);
