using System.Globalization;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Memory;

/// <summary>
/// <c>memory://</c>: a broker inside the process, gone with it. The query's <c>max_messages</c> bounds what it holds, waiting or unsettled;
/// the default is 1,000,000.
/// </summary>
internal sealed class MemoryTransport : ITransport, IPublisher
{
    public const int DefaultMaxMessages = 1_000_000;

    private readonly MemoryBroker _broker;
    private readonly ILogger _logger;
    private int _disposed;

    public MemoryTransport(TransportOptions options, TimeProvider time, ILogger logger)
    {
        _broker = new MemoryBroker(ReadMaxMessages(options), options.DeadLetterSuffix, time);
        _logger = logger;
        DeadLetters = new MemoryDeadLetterStore(_broker);
    }

    public IPublisher Publisher => this;

    public IDeadLetterStore DeadLetters { get; }

    public ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        try
        {
            if (destination.Declare is { } queue)
            {
                _broker.Declare(queue);
            }

            if (destination.DeclareExchange is { } exchange)
            {
                _broker.Declare(exchange);
            }
        }
        catch (CeleryConfigurationException error)
        {
            return ValueTask.FromException(new PublishException(error.Message, error));
        }

        return _broker.Publish(envelope, destination) is { } refusal
            ? ValueTask.FromException(new PublishException(refusal))
            : ValueTask.CompletedTask;
    }

    public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IConsumer>(cancellationToken);
        }

#pragma warning disable CA2000 // The caller owns it.
        var consumer = new MemoryConsumer(_broker, request, _logger);
#pragma warning restore CA2000
        try
        {
            _broker.Attach(consumer);
        }
        catch (CeleryConfigurationException error)
        {
            return ValueTask.FromException<IConsumer>(new BrokerUnavailableException(error.Message, error));
        }

        return new(consumer);
    }

    public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _broker.Delete(queue.Name);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        foreach (var consumer in _broker.Consumers)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static int ReadMaxMessages(TransportOptions options)
    {
        if (options.Urls.Count == 0 || !options.Urls[0].Query.TryGetValue("max_messages", out var text))
        {
            return DefaultMaxMessages;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new CeleryConfigurationException(
                $"max_messages in the broker's URL must be a number from 1 to {int.MaxValue}, was '{text}'; 'memory://?max_messages=100000' would work.");
    }
}
