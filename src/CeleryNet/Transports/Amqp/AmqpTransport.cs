using System.Collections.Concurrent;
using CeleryNet.Resilience;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// <c>amqp://</c> and <c>amqps://</c>: RabbitMQ. One connection consumes and another publishes, so that a broker that stops reading publishes in
/// an alarm still hears acknowledgements.
/// </summary>
internal sealed class AmqpTransport : ITransport
{
    private readonly AmqpConnection _consuming;
    private readonly AmqpConnection _publishing;
    private readonly AmqpPublisher _publisher;
    private readonly AmqpDelays _delays;
    private readonly AmqpDeadLetters _deadLetters;
    private readonly AmqpRunCount _runCount;
    private readonly ResiliencePipelines _resilience;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<AmqpConsumer, byte> _consumers = new();
    private int _disposed;

    /// <exception cref="CeleryConfigurationException">A URL or a certificate file is wrong.</exception>
    public AmqpTransport(TransportOptions options, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _resilience = options.Resilience ?? ResiliencePipelines.Default(time);
        var urls = string.Join(';', options.Urls);
        _consuming = new AmqpConnection(new AmqpConnectionFactory(options, time), urls, options.ConnectionName + " consuming", _resilience.Create(CeleryOperation.Connect), logger);
        _publishing = new AmqpConnection(new AmqpConnectionFactory(options, time), urls, options.ConnectionName + " publishing", _resilience.Create(CeleryOperation.Connect), logger);
        _delays = new AmqpDelays(options, time, logger);
        _publisher = new AmqpPublisher(_publishing, _delays);
        _deadLetters = new AmqpDeadLetters(_publisher, options.DeadLetterSuffix, time, logger);
        _runCount = new AmqpRunCount(_publisher);
        DeadLetters = new AmqpDeadLetterStore(_consuming, _publisher, options.DeadLetterSuffix);
    }

    public IPublisher Publisher => _publisher;

    public IDeadLetterStore DeadLetters { get; }

    public async ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        var consumer = new AmqpConsumer(
            _consuming, _deadLetters, _runCount, _delays, request, _resilience.Create(CeleryOperation.Consume), _time, _logger, OnDisposed);
        _consumers.TryAdd(consumer, 0);
        try
        {
            await consumer.StartAsync(cancellationToken).ConfigureAwait(false);
            return consumer;
        }
        catch
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        void OnDisposed(AmqpConsumer disposed) => _consumers.TryRemove(disposed, out _);
    }

    public async ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // An exclusive queue obeys only the connection that declared it, which is the one that consumes it.
            var link = await (queue.Exclusive ? _consuming : _publishing).GetAsync(cancellationToken).ConfigureAwait(false);
            await AmqpTopology.DeleteAsync(link, queue.Name, cancellationToken).ConfigureAwait(false);
            _publisher.ForgetDeclared(queue.Name);
        }
        catch (Exception error) when (error is AmqpRefusedException || AmqpErrors.IsTrouble(error))
        {
            throw new BrokerUnavailableException($"Queue '{queue.Name}' was not deleted: {AmqpErrors.Describe(error)}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        foreach (var consumer in _consumers.Keys)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
        }

        await _consuming.DisposeAsync().ConfigureAwait(false);
        await _publishing.DisposeAsync().ConfigureAwait(false);
    }
}
