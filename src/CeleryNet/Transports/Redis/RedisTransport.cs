using System.Collections.Concurrent;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>Redis as a broker, sharing kombu's keys with Python workers. Redis 5 or newer; 6 or newer for consumers that idle without polling.</summary>
internal sealed class RedisTransport : ITransport
{
    private readonly TransportOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly RedisDeclarations _declarations;
    private readonly ConcurrentBag<RedisConsumer> _consumers = [];

    /// <exception cref="CeleryConfigurationException">A URL or an option does not fit Redis.</exception>
    public RedisTransport(TransportOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _connection = new RedisConnection(options, logger);
        _keys = new RedisKeys(options, _connection.Target.Database);
        _declarations = new RedisDeclarations(_connection, _keys);
        Publisher = new RedisPublisher(_connection, _keys, _declarations);
        DeadLetters = new RedisDeadLetterStore(_connection, _keys, options.DeadLetterSuffix);
    }

    public IPublisher Publisher { get; }

    public IDeadLetterStore DeadLetters { get; }

    public async ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken)
    {
        var consumer = await RedisConsumer.StartAsync(_connection, _keys, _declarations, request, _options, _time, _logger, cancellationToken).ConfigureAwait(false);
        _consumers.Add(consumer);
        return consumer;
    }

    public async ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
            RedisKey[] lists = [.. _keys.Steps.Select(step => (RedisKey)_keys.List(queue.Name, step))];
            await database.KeyDeleteAsync(lists).WaitAsync(cancellationToken).ConfigureAwait(false);
            await _declarations.RemoveAsync(queue, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) && !_connection.IsDisposed)
        {
            throw _connection.Unavailable(error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var consumer in _consumers)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
        }

        _declarations.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
    }
}
