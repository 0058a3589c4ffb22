using System.Collections.Concurrent;
using CeleryNet.Diagnostics;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// Has the broker keep messages for quorum queues until their time has come, rather than a worker, which a quorum queue would allow no more of them than its
/// prefetch count. celery/app/base.py Celery.send_task, celery/worker/consumer/delayed_delivery.py
/// </summary>
internal sealed class AmqpDelays
{
    // No queue's name begins like that.
    private const string LevelsKey = "\0delays";
    private const string QueueKey = "\0delays of ";

    private readonly bool _isOn;
    private readonly QueueType _queueType;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, QueueSpec> _queues;

    public AmqpDelays(TransportOptions options, TimeProvider time, ILogger logger)
    {
        _isOn = options.DetectQuorumQueues;
        _queueType = options.DelayQueueType;
        _time = time;
        _logger = logger;
        _queues = new(options.Queues.Select(queue => KeyValuePair.Create(queue.Name, queue)), StringComparer.Ordinal);
    }

    /// <summary>How a message is published so that the broker keeps it back; null when it is to be published as it is.</summary>
    public DelayedDestination? Find(Destination destination)
    {
        if (!_isOn || destination.NotBefore is not { } due)
        {
            return null;
        }

        // Rounded down: what comes a part of a second early waits in the worker, which is exact.
        var seconds = Math.Min((long)(due - _time.GetUtcNow()).TotalSeconds, DelayedRoutingKey.MaxSeconds);
        if (seconds < 1)
        {
            return null;
        }

        var key = destination.RoutingKey + (destination.Exchange.Length == 0 ? AmqpDelayTopology.ByName : "");
        var queues = QueuesOf(destination);
        return queues.Any(queue => QueueArguments.IsQuorum(queue.Arguments)) && queues.All(IsOurs) && destination.RoutingKey.Length > 0 && AmqpDelayTopology.Fits(key)
            ? new DelayedDestination(destination with { Exchange = AmqpDelayTopology.First, RoutingKey = DelayedRoutingKey.Write(seconds, key) }, queues)
            : null;
    }

    /// <summary>Declares what a message needs on its way, unless that was done on this connection.</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses it.</exception>
    public async ValueTask DeclareOnceAsync(AmqpLink link, IReadOnlyList<QueueSpec> queues, CancellationToken cancellationToken)
    {
        try
        {
            await link.DeclareOnceAsync(LevelsKey, () => AmqpDelayTopology.DeclareAsync(link, _queueType, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var queue in queues)
            {
                await link.DeclareOnceAsync(queue, cancellationToken).ConfigureAwait(false);
                await link.DeclareOnceAsync(
                    QueueKey + queue.Name, () => AmqpDelayTopology.BindAsync(link, queue, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AmqpRefusedException error)
        {
            throw new AmqpRefusedException(error.Code, Explain(error));
        }
    }

    /// <summary>Makes the next message declare everything again: something turned out to be gone.</summary>
    public static void ForgetDeclared(AmqpLink link, IReadOnlyList<QueueSpec> queues)
    {
        link.ForgetDeclared(LevelsKey);
        foreach (var queue in queues)
        {
            ForgetDeclared(link, queue.Name);
        }
    }

    /// <summary>Makes the next message for a queue declare and bind it again: it turned out to be gone.</summary>
    public static void ForgetDeclared(AmqpLink link, string queue)
    {
        link.ForgetDeclared(queue);
        link.ForgetDeclared(QueueKey + queue);
    }

    /// <summary>
    /// Declares for a consumer what Python's producers need to have messages for its queues kept back: they declare nothing of it themselves. A broker that
    /// does not allow it does not keep the consumer from its queues.
    /// </summary>
    public async Task PrepareAsync(AmqpLink link, IReadOnlyList<QueueSpec> queues, CancellationToken cancellationToken)
    {
        if (!_isOn || !queues.Any(queue => QueueArguments.IsQuorum(queue.Arguments)))
        {
            return;
        }

        foreach (var queue in queues)
        {
            _queues[queue.Name] = queue;
        }

        try
        {
            // One that was deleted and is there again has lost its bindings.
            ForgetDeclared(link, queues);
            await DeclareOnceAsync(link, [.. queues.Where(IsOurs)], cancellationToken).ConfigureAwait(false);
        }
        catch (AmqpRefusedException error)
        {
            _logger.DelaysUnavailable(string.Join(", ", queues.Select(queue => queue.Name)), error.Message);
        }
    }

    /// <summary>By which exchange and key a message came to be kept back, which those it was delivered with do not say.</summary>
    public static (string Exchange, string RoutingKey) Origin(QueueSpec queue, string exchange, string routingKey)
        => exchange.StartsWith(AmqpDelayTopology.Prefix, StringComparison.Ordinal) && DelayedRoutingKey.Read(routingKey) is { } key ? Origin(queue, key) : (exchange, routingKey);

    private static (string Exchange, string RoutingKey) Origin(QueueSpec queue, string key)
    {
        var binding = queue.Bindings.FirstOrDefault(binding => Takes(binding, key));
        return key == queue.Name + AmqpDelayTopology.ByName || binding is null ? ("", queue.Name) : (binding.Exchange.Name, key);
    }

    // All that get the message when it is not kept back must get it when it is; of those of other programs nothing is known here.
    private IReadOnlyList<QueueSpec> QueuesOf(Destination destination)
    {
        var known = destination.Declare is { } declared ? _queues.Values.Where(queue => queue.Name != declared.Name).Append(declared) : _queues.Values;
        return destination.Exchange.Length == 0
            ? [.. known.Where(queue => queue.Name == destination.RoutingKey && AmqpDelayTopology.CanPass(queue.Name))]
            : [.. known.Where(queue => queue.Bindings.Any(binding => binding.Exchange.Name == destination.Exchange && Takes(binding, destination.RoutingKey)))];
    }

    private static bool Takes(BindingSpec binding, string routingKey) => AmqpDelayTopology.CanPass(binding) && (binding.Exchange.Type == ExchangeSpec.Topic
        ? TopicPattern.Matches(binding.RoutingKey, routingKey)
        : binding.RoutingKey == routingKey);

    // Others cannot be bound from here.
    private static bool IsOurs(QueueSpec queue) => queue is { IsPassive: false, Exclusive: false, IsBroadcast: false };

    private string Explain(AmqpRefusedException refusal)
    {
        var text = $"Messages for quorum queues cannot be kept back by the broker: {refusal.Message.TrimEnd('.')}.";
        return refusal.Code == AmqpErrors.PreconditionFailed
            ? $"{text} All programs must declare the queues {AmqpDelayTopology.Prefix}0 to 27 alike: here NativeDelayedDeliveryQueueType "
                + $"(broker_native_delayed_delivery_queue_type) is {_queueType}. With DetectQuorumQueues off, workers keep the messages."
            : $"{text} With DetectQuorumQueues off, workers keep the messages.";
    }
}

/// <summary>The way of a message that the broker is to keep back.</summary>
/// <param name="Destination">Where it is published.</param>
/// <param name="Queues">The queues it reaches in the end, which must be bound for it.</param>
internal sealed record DelayedDestination(Destination Destination, IReadOnlyList<QueueSpec> Queues);
