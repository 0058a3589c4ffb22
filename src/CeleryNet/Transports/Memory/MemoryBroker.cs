using System.Globalization;
using CeleryNet.Protocol;
using CeleryNet.Routing;

namespace CeleryNet.Transports.Memory;

/// <summary>The broker inside the process: exchanges, queues, and who gets what. One lock guards all of it; nothing waits while holding it.</summary>
/// <param name="maxMessages">How many messages it holds, waiting or unsettled, before it refuses new ones.</param>
/// <param name="deadLetterSuffix">What the name of a queue of dead letters ends in.</param>
/// <param name="time">The clock of expiring messages.</param>
internal sealed class MemoryBroker(int maxMessages, string deadLetterSuffix, TimeProvider time)
{
    private const long MaxLifeMilliseconds = 100L * 366 * 24 * 60 * 60 * 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MemoryQueue> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemoryExchange> _exchanges = new(StringComparer.Ordinal);
    private readonly List<MemoryConsumer> _consumers = [];
    private long _lastNumber;
    private int _held;

    /// <summary>Declares a queue, its exchange and its binding; what is there already stays.</summary>
    /// <exception cref="CeleryConfigurationException">The exchange exists with another type.</exception>
    public void Declare(QueueSpec spec)
    {
        lock (_gate)
        {
            DeclareLocked(spec);
        }
    }

    /// <summary>Declares an exchange alone.</summary>
    /// <exception cref="CeleryConfigurationException">It exists with another type.</exception>
    public void Declare(ExchangeSpec spec)
    {
        lock (_gate)
        {
            DeclareLocked(spec);
        }
    }

    /// <summary>Puts a message into every queue it is routed to.</summary>
    /// <returns>Null when that was done, else why it was not.</returns>
    public string? Publish(Envelope envelope, Destination destination)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var targets = Route(destination);
            if (targets.Count == 0)
            {
                return destination.Mandatory ? DescribeUnroutable(destination) : null;
            }

            if (_held + targets.Count > maxMessages)
            {
                DropExpired(now);
                if (_held + targets.Count > maxMessages)
                {
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"The memory broker holds {_held} messages of at most {maxMessages}; publish again when some are consumed, or raise max_messages in the broker's URL, as in 'memory://?max_messages={maxMessages * 2L}'.");
                }
            }

            var body = envelope.Body.ToArray();
            foreach (var queue in targets)
            {
                Enqueue(queue, Copy(envelope, body, envelope.Expiration), destination.Exchange, destination.RoutingKey, now);
            }

            return null;
        }
    }

    /// <summary>Declares the consumer's queues and lets messages come to it.</summary>
    /// <exception cref="CeleryConfigurationException">An exchange exists with another type.</exception>
    public void Attach(MemoryConsumer consumer)
    {
        lock (_gate)
        {
            foreach (var spec in consumer.Queues)
            {
                DeclareLocked(spec);
            }

            _consumers.Add(consumer);
            foreach (var spec in consumer.Queues)
            {
                _queues[spec.Name].Consumers.AddLast(consumer);
            }

            Fill(consumer);
        }
    }

    /// <summary>Declares a queue and lets its messages come to the consumer; nothing when they do already.</summary>
    /// <exception cref="CeleryConfigurationException">An exchange exists with another type.</exception>
    /// <exception cref="BrokerUnavailableException">The consumer has stopped.</exception>
    public void AddQueue(MemoryConsumer consumer, QueueSpec spec)
    {
        lock (_gate)
        {
            ThrowIfStopped(consumer);
            if (consumer.Queues.All(known => known.Name != spec.Name))
            {
                DeclareLocked(spec).Consumers.AddLast(consumer);
                consumer.Add(spec);
                Fill(consumer);
            }
        }
    }

    /// <summary>Lets no more of a queue's messages come to the consumer; it goes if it lives as long as its consumers and this was the last.</summary>
    /// <returns>Whether they came to it.</returns>
    /// <exception cref="BrokerUnavailableException">The consumer has stopped.</exception>
    public bool RemoveQueue(MemoryConsumer consumer, string name)
    {
        lock (_gate)
        {
            ThrowIfStopped(consumer);
            if (!consumer.Remove(name))
            {
                return false;
            }

            Detach(consumer, name);
            return true;
        }
    }

    /// <summary>Lets the consumer have another number of unsettled deliveries, and gives it what there is room for.</summary>
    public void Resize(MemoryConsumer consumer, int prefetch)
    {
        lock (_gate)
        {
            consumer.Resize(prefetch);
            Fill(consumer);
        }
    }

    /// <summary>Gives the consumer nothing more, and puts back what it has not read.</summary>
    public void Stop(MemoryConsumer consumer)
    {
        lock (_gate)
        {
            Return(consumer.TakeUnread(), wereSeen: false);
        }
    }

    /// <summary>Puts back what the consumer has not settled; queues that live as long as their consumers go with the last one.</summary>
    public void Detach(MemoryConsumer consumer)
    {
        lock (_gate)
        {
            Return([.. consumer.Unsettled], wereSeen: true);
            _consumers.Remove(consumer);
            foreach (var spec in consumer.Queues)
            {
                Detach(consumer, spec.Name);
            }
        }
    }

    /// <summary>Ends a delivery. The first settlement counts.</summary>
    /// <returns>Whether this was the first.</returns>
    public bool Settle(MemoryDelivery delivery, Settlement settlement)
    {
        lock (_gate)
        {
            if (!delivery.Consumer.Release(delivery))
            {
                return false;
            }

            switch (settlement.Kind)
            {
                case SettlementKind.Requeue or SettlementKind.Return:
                    PutBack(delivery, wasSeen: settlement.Kind == SettlementKind.Requeue);
                    DispatchByName(delivery.Queue);
                    break;
                case SettlementKind.DeadLetter:
                    _held--;
                    Keep(delivery, settlement.Reason ?? "");
                    break;
                default:
                    _held--;
                    break;
            }

            Fill(delivery.Consumer);
            return true;
        }
    }

    /// <summary>Counts a run that is about to begin.</summary>
    /// <returns>False when the delivery is settled or was taken back.</returns>
    public bool Count(MemoryDelivery delivery)
    {
        lock (_gate)
        {
            if (delivery.Place is null)
            {
                return false;
            }

            delivery.Message.DeliveryCount++;
            return true;
        }
    }

    /// <summary>Makes room for the next message of a consumer that does not settle.</summary>
    public void MarkRead(MemoryDelivery delivery)
    {
        lock (_gate)
        {
            if (delivery.Consumer.Release(delivery))
            {
                _held--;
                Fill(delivery.Consumer);
            }
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            if (_queues.TryGetValue(name, out var queue))
            {
                Remove(queue);
            }
        }
    }

    /// <summary>What waits in a queue, in the order of its arrival; nothing if there is no such queue.</summary>
    public IReadOnlyList<MemoryMessage> Peek(string name)
    {
        lock (_gate)
        {
            return _queues.TryGetValue(name, out var queue) ? queue.Peek() : [];
        }
    }

    /// <summary>Takes a dead letter out of its queue, and puts the message it was into the queue it came from if that is wanted.</summary>
    /// <returns>False when it is not there any more.</returns>
    /// <exception cref="PublishException">The queue it came from is not there and must not be made. Nothing has happened.</exception>
    public bool TakeDeadLetter(MemoryMessage letter, DeadLetterRequest request)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue(DeadLetterQueueOf(request.Queue), out var letters))
            {
                return false;
            }

            var target = request.Replay ? FindReplayQueue(request) : null;
            if (!letters.Remove(letter))
            {
                return false;
            }

            _held--;
            if (target is not null)
            {
                Enqueue(target, CopyOfOriginal(letter.Envelope), letter.Exchange, letter.RoutingKey, time.GetUtcNow());
            }

            return true;
        }
    }

    /// <summary>Puts a copy of a message that was settled before among the dead letters of its queue.</summary>
    public void KeepCopy(MemoryDelivery delivery, string reason)
    {
        lock (_gate)
        {
            Keep(delivery, reason);
        }
    }

    public IReadOnlyCollection<MemoryConsumer> Consumers
    {
        get
        {
            lock (_gate)
            {
                return [.. _consumers];
            }
        }
    }

    public string DeadLetterQueueOf(string queue) => queue + deadLetterSuffix;

    private MemoryQueue FindReplayQueue(DeadLetterRequest request)
    {
        if (_queues.TryGetValue(request.Queue, out var queue))
        {
            return queue;
        }

        try
        {
            return request.Declare is { } spec
                ? DeclareLocked(spec)
                : throw new PublishException(DescribeUnroutable(new Destination("", request.Queue)));
        }
        catch (CeleryConfigurationException error)
        {
            throw new PublishException(error.Message, error);
        }
    }

    private static void ThrowIfStopped(MemoryConsumer consumer)
    {
        if (consumer.IsStopped)
        {
            throw new BrokerUnavailableException("The consumer has stopped.");
        }
    }

    private void Detach(MemoryConsumer consumer, string name)
    {
        if (_queues.TryGetValue(name, out var queue) && queue.Consumers.Remove(consumer) && queue.IsTransient && queue.Consumers.Count == 0)
        {
            Remove(queue);
        }
    }

    private MemoryQueue DeclareLocked(QueueSpec spec)
    {
        foreach (var binding in spec.IsPassive ? [] : spec.Bindings)
        {
            // Before anything is made: what is refused must leave nothing behind.
            ThrowIfOtherwise(binding.Exchange);
        }

        if (!_queues.TryGetValue(spec.Name, out var queue))
        {
            if (spec.IsPassive)
            {
                throw new CeleryConfigurationException($"Queue '{spec.Name}', which somebody else must declare since NoDeclare is set, is not there.");
            }

            queue = new MemoryQueue(spec);
            _queues.Add(spec.Name, queue);

            // A consumer outlives its queue: when the queue is made again, it is consumed again.
            foreach (var consumer in _consumers)
            {
                if (consumer.Queues.Any(wanted => wanted.Name == spec.Name))
                {
                    queue.Consumers.AddLast(consumer);
                }
            }
        }

        foreach (var binding in spec.IsPassive ? [] : spec.Bindings)
        {
            DeclareLocked(binding.Exchange).Bind(spec.Name, binding.RoutingKey);
        }

        return queue;
    }

    private MemoryExchange DeclareLocked(ExchangeSpec spec)
    {
        if (!_exchanges.TryGetValue(spec.Name, out var exchange))
        {
            exchange = new MemoryExchange(spec);
            _exchanges.Add(spec.Name, exchange);
        }
        else
        {
            ThrowIfOtherwise(spec);
        }

        return exchange;
    }

    private void ThrowIfOtherwise(ExchangeSpec spec)
    {
        if (_exchanges.TryGetValue(spec.Name, out var exchange) && exchange.Type != spec.Type)
        {
            throw new CeleryConfigurationException(
                $"Exchange '{spec.Name}' must be of type '{exchange.Type}', as it was declared first; was '{spec.Type}'.");
        }
    }

    private List<MemoryQueue> Route(Destination destination)
    {
        if (destination.Exchange.Length == 0)
        {
            return _queues.TryGetValue(destination.RoutingKey, out var queue) ? [queue] : [];
        }

        return _exchanges.TryGetValue(destination.Exchange, out var exchange)
            ? [.. exchange.Route(destination.RoutingKey).Select(name => _queues[name])]
            : [];
    }

    private string DescribeUnroutable(Destination destination) => destination.Exchange.Length == 0
        ? $"No queue takes the message: there is no queue '{destination.RoutingKey}'; a consumer of that queue, or declaring it with the message, makes it."
        : _exchanges.ContainsKey(destination.Exchange)
            ? $"No queue takes the message: none is bound to exchange '{destination.Exchange}' with a key that matches '{destination.RoutingKey}'."
            : $"No queue takes the message: there is no exchange '{destination.Exchange}'; declaring a queue that is bound to it makes it.";

    private void Enqueue(MemoryQueue queue, Envelope envelope, string exchange, string routingKey, DateTimeOffset now)
    {
        queue.Add(new MemoryMessage(envelope, exchange, routingKey, ++_lastNumber, ExpiryOf(envelope, queue, now)));
        _held++;
        Dispatch(queue);
    }

    private void Dispatch(MemoryQueue queue)
    {
        _held -= queue.DropExpired(time.GetUtcNow());
        while (queue.Count > 0 && queue.NextConsumer() is { } consumer)
        {
            Deliver(queue, consumer);
        }
    }

    // The queues take turns, so that a full one does not starve the others.
    private void Fill(MemoryConsumer consumer)
    {
        var now = time.GetUtcNow();
        var empty = 0;
        while (consumer.HasRoom && empty < consumer.Queues.Count)
        {
            if (_queues.TryGetValue(consumer.NextQueue(), out var queue))
            {
                _held -= queue.DropExpired(now);
                if (queue.Count > 0)
                {
                    Deliver(queue, consumer);
                    empty = 0;
                    continue;
                }
            }

            empty++;
        }
    }

    private void Deliver(MemoryQueue queue, MemoryConsumer consumer)
    {
        if (queue.TryTake(out var message))
        {
            consumer.Accept(new MemoryDelivery(this, consumer, queue.Name, message));
            _held -= queue.DropExpired(time.GetUtcNow());
        }
    }

    // All are put back before any is given out, so that they leave in their old order.
    private void Return(IReadOnlyCollection<MemoryDelivery> deliveries, bool wereSeen)
    {
        foreach (var delivery in deliveries)
        {
            if (delivery.Consumer.Release(delivery))
            {
                PutBack(delivery, wereSeen);
            }
        }

        foreach (var name in deliveries.Select(delivery => delivery.Queue).Distinct())
        {
            DispatchByName(name);
        }
    }

    private void PutBack(MemoryDelivery delivery, bool wasSeen)
    {
        if (_queues.TryGetValue(delivery.Queue, out var queue))
        {
            delivery.Message.Redelivered |= wasSeen;
            queue.Add(delivery.Message);
        }
        else
        {
            _held--;
        }
    }

    private void DispatchByName(string name)
    {
        if (_queues.TryGetValue(name, out var queue))
        {
            Dispatch(queue);
        }
    }

    private void Keep(MemoryDelivery delivery, string reason)
    {
        var now = time.GetUtcNow();
        var name = DeadLetterQueueOf(delivery.Queue);
        var queue = DeclareLocked(new QueueSpec(name, ExchangeSpec.Default, name));
        var envelope = Copy(delivery.Envelope, delivery.Envelope.Body, expiration: null);
        envelope.Headers.Set(DeadLetterHeaders.Reason, reason);
        envelope.Headers.Set(DeadLetterHeaders.Time, now.ToString("O", CultureInfo.InvariantCulture));
        envelope.Headers.Set(DeadLetterHeaders.Queue, delivery.Queue);
        if (delivery.Envelope.Expiration is { } expiration)
        {
            envelope.Headers.Set(DeadLetterHeaders.Expiration, expiration);
        }

        Enqueue(queue, envelope, delivery.Exchange, delivery.RoutingKey, now);
    }

    private void Remove(MemoryQueue queue)
    {
        _queues.Remove(queue.Name);
        _held -= queue.Count;
        foreach (var exchange in _exchanges.Values)
        {
            exchange.Unbind(queue.Name);
        }
    }

    private void DropExpired(DateTimeOffset now)
    {
        foreach (var queue in _queues.Values)
        {
            _held -= queue.DropExpired(now);
        }
    }

    private static DateTimeOffset? ExpiryOf(Envelope envelope, MemoryQueue queue, DateTimeOffset now)
    {
        TimeSpan? own = long.TryParse(envelope.Expiration, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, MaxLifeMilliseconds))
            : null;
        return now + (own is null || queue.MessageTimeToLive < own ? queue.MessageTimeToLive : own);
    }

    // The publisher may go on with its own envelope, and a reader may add headers to what it got: neither sees the other's.
    private static Envelope Copy(Envelope envelope, ReadOnlyMemory<byte> body, string? expiration)
        => Copy(envelope, body, expiration, static _ => true);

    private static Envelope CopyOfOriginal(Envelope letter)
        => Copy(letter, letter.Body, letter.Headers.GetString(DeadLetterHeaders.Expiration), static name => !DeadLetterHeaders.IsAdded(name));

    private static Envelope Copy(Envelope envelope, ReadOnlyMemory<byte> body, string? expiration, Func<string, bool> keepsHeader)
    {
        var headers = new MessageHeaders();
        foreach (var (name, value) in envelope.Headers)
        {
            if (keepsHeader(name))
            {
                headers.Add(name, value);
            }
        }

        return new Envelope
        {
            Body = body,
            ContentType = envelope.ContentType,
            ContentEncoding = envelope.ContentEncoding,
            Headers = headers,
            CorrelationId = envelope.CorrelationId,
            ReplyTo = envelope.ReplyTo,
            Expiration = expiration,
            Priority = envelope.Priority,
            Persistent = envelope.Persistent,
        };
    }
}
