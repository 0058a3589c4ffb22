using System.Collections.Concurrent;

namespace CeleryNet.Routing;

/// <summary>The queues of an application by their names, with what its options say of them. celery/app/amqp.py Queues, AMQP.Queues</summary>
internal sealed class QueueCatalog
{
    private const int MaxMissing = 1000;

    private readonly Dictionary<string, QueueSpec> _queues = new(StringComparer.Ordinal);
    private readonly List<QueueSpec> _declared = [];
    private readonly ConcurrentDictionary<string, QueueSpec> _missing = new(StringComparer.Ordinal);
    private readonly CeleryOptions _options;
    private readonly ExchangeSpec _defaultExchange;
    private readonly string _defaultRoutingKey;

    public QueueCatalog(CeleryOptions options)
    {
        _options = options;
        _defaultExchange = new ExchangeSpec(options.DefaultExchange ?? options.DefaultQueue, options.DefaultExchangeType);
        _defaultRoutingKey = options.DefaultRoutingKey ?? options.DefaultQueue;
        foreach (var queue in options.Queues)
        {
            var spec = Describe(queue);
            _declared.Add(spec);
            _queues[queue.Name] = spec;
            if (queue.Alias is { } alias)
            {
                _queues[alias] = spec;
            }
        }

        Default = options.Queues.Count == 0 ? DescribeDefault() : null;
        DefaultDeliveryMode = options.DefaultDeliveryMode;
    }

    /// <summary>The delivery mode of messages for which neither the call nor the queue has one.</summary>
    public DeliveryMode DefaultDeliveryMode { get; }

    /// <summary>The queues a worker consumes that names none.</summary>
    public IReadOnlyList<QueueSpec> Consumed => Default is null ? _declared : [Default];

    // Null when the application lists its queues: the default one is then one of these, or a missing one like any other.
    private QueueSpec? Default { get; }

    /// <summary>The queue of calls that name none.</summary>
    /// <exception cref="CeleryConfigurationException">It is not listed, and missing queues are not to be made.</exception>
    public QueueSpec ResolveDefault() => Default ?? Resolve(_options.DefaultQueue);

    /// <summary>A queue by its name or its alias.</summary>
    /// <exception cref="CeleryConfigurationException">There is none, and missing queues are not to be made.</exception>
    public QueueSpec Resolve(string name) => Find(name) ?? (_options.CreateMissingQueues
        ? FindMissing(name)
        : throw new CeleryConfigurationException($"Queue '{name}' is not known, and CreateMissingQueues is off; known: {KnownNames()}."));

    /// <summary>A queue of the application by its name or its alias; null if there is none.</summary>
    public QueueSpec? Find(string name) => _queues.TryGetValue(name, out var known) ? known : Default is { } queue && queue.Name == name ? queue : null;

    /// <summary>A queue as it is declared, with what the application's options say where it says nothing itself.</summary>
    /// <remarks>Bindings take the place of the default exchange. kombu/entity.py Queue.__init__</remarks>
    public QueueSpec Describe(CeleryQueue queue) => queue is { Exchange: null, Bindings.Count: > 0 }
        ? Describe(queue, ExchangeSpec.Default, queue.Name)
        : Describe(queue, ExchangeOf(queue), queue.RoutingKey ?? _defaultRoutingKey);

    /// <summary>The exchange of that name that the application's queues declare; null when none does.</summary>
    public ExchangeSpec? FindExchange(string name)
        => _declared.Where(queue => !queue.IsPassive).SelectMany(queue => queue.Bindings).FirstOrDefault(binding => binding.Exchange.Name == name)?.Exchange;

    private string KnownNames() => Default?.Name ?? string.Join(", ", _queues.Keys.Order(StringComparer.Ordinal));

    private QueueSpec DescribeDefault() => new(_options.DefaultQueue, _defaultExchange, _defaultRoutingKey)
    {
        Arguments = AutomaticArguments(_options.DefaultQueueType),
    };

    // The same description for the same name, so that those who have seen it know it again.
    private QueueSpec FindMissing(string name)
        => _missing.TryGetValue(name, out var known) ? known : _missing.Count < MaxMissing ? _missing.GetOrAdd(name, DescribeMissing) : DescribeMissing(name);

    private QueueSpec DescribeMissing(string name) => new(name, new ExchangeSpec(name, _options.CreateMissingQueueExchangeType), name)
    {
        Arguments = AutomaticArguments(_options.CreateMissingQueueType),
    };

    private ExchangeSpec ExchangeOf(CeleryQueue queue) => queue.Exchange is null
        ? _defaultExchange with { Type = queue.ExchangeType ?? _defaultExchange.Type }
        : new ExchangeSpec(queue.Exchange, queue.ExchangeType ?? ExchangeSpec.Direct)
        {
            Durable = queue.ExchangeDurable,
            AutoDelete = queue.ExchangeAutoDelete,
            Arguments = Values(queue.ExchangeArguments),
        };

    private QueueSpec Describe(CeleryQueue queue, ExchangeSpec exchange, string routingKey) => new(queue.Name, exchange, routingKey)
    {
        Durable = queue.Durable,
        AutoDelete = queue.AutoDelete,
        Exclusive = queue.Exclusive,
        Arguments = Arguments(queue),
        BindingArguments = Values(queue.BindingArguments) ?? [],
        MoreBindings = [.. queue.Bindings.Select(Describe)],
        DeliveryMode = queue.DeliveryMode,
        IsPassive = queue.NoDeclare,
        IsBroadcast = queue.IsBroadcast,
    };

    private static BindingSpec Describe(CeleryQueueBinding binding)
        => new(new ExchangeSpec(binding.Exchange, binding.ExchangeType), binding.RoutingKey) { Arguments = Values(binding.Arguments) };

    // The classic type is not sent: a queue that was declared without a type is one.
    private Dictionary<string, object?> AutomaticArguments(QueueType type)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (type == QueueType.Quorum)
        {
            arguments[QueueArguments.Type] = QueueArguments.Quorum;
        }
        else if (_options.QueueMaxPriority is { } priority)
        {
            arguments[QueueArguments.MaxPriority] = priority;
        }

        return arguments;
    }

    // kombu/transport/base.py to_rabbitmq_queue_arguments; the application's priority comes in as an argument, before the queue's own (Queues._add).
    private Dictionary<string, object?> Arguments(CeleryQueue queue)
    {
        var arguments = Values(queue.Arguments) ?? new(StringComparer.Ordinal);
        Set(QueueArguments.Type, queue.QueueType is { } type ? type == QueueType.Quorum ? QueueArguments.Quorum : QueueArguments.Classic : null);
        Set(QueueArguments.Expires, Milliseconds(queue.Expires));
        Set(QueueArguments.MessageTtl, Milliseconds(queue.MessageTtl));
        Set(QueueArguments.MaxLength, queue.MaxLength);
        Set(QueueArguments.MaxLengthBytes, queue.MaxLengthBytes);
        Set(QueueArguments.MaxPriority, queue.MaxPriority);
        if (_options.QueueMaxPriority is { } priority && !arguments.ContainsKey(QueueArguments.MaxPriority) && !QueueArguments.IsReplicated(arguments))
        {
            arguments[QueueArguments.MaxPriority] = priority;
        }

        return arguments;

        void Set(string name, object? value)
        {
            if (value is not null)
            {
                arguments[name] = value;
            }
        }
    }

    private static long? Milliseconds(TimeSpan? span) => (long?)span?.TotalMilliseconds;

    private static Dictionary<string, object?>? Values(IReadOnlyDictionary<string, object>? values)
        => values?.ToDictionary(pair => pair.Key, pair => (object?)pair.Value, StringComparer.Ordinal);
}
