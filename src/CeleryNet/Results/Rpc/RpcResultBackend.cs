using System.Runtime.CompilerServices;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Results.Rpc;

/// <summary>
/// <c>rpc://</c>: each state of a task is a message to the client that sent it, over whatever broker carries the tasks. Only that client can read it.
/// celery/backends/rpc.py
/// </summary>
/// <remarks>
/// The reply queue is the client's own. It is durable and not tied to a connection, so that replies which come during an outage wait in it; it is deleted
/// on disposal, or by the broker when nobody has consumed it for as long as results are kept.
/// </remarks>
internal sealed class RpcResultBackend : IResultBackend, IChordlessBackend
{
    /// <summary>How many tasks' replies are kept for those who ask later.</summary>
    public const int DefaultCapacity = 10_000;

    private const int Prefetch = 256;

    private static readonly TimeSpan _shortestQueueExpiry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _disposeTimeout = TimeSpan.FromSeconds(5);

    private readonly ITransport _transport;
    private readonly QueueSpec _queue;
    private readonly bool _persistent;
    private readonly ResultCodec _codec;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RpcReplyBuffer _replies;
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private IConsumer? _consumer;
    private Task _receiving = Task.CompletedTask;
    private bool _declared;
    private bool _disposed;

    /// <param name="transport">Carries the replies; not disposed with this.</param>
    /// <param name="resultExpires">How long replies are kept here, and the queue without a consumer; null for the longest.</param>
    /// <param name="persistent">Whether replies survive a restart of the broker (<c>result_persistent</c>).</param>
    /// <param name="codec">How replies are written and read.</param>
    /// <param name="time">The clock of their expiry.</param>
    /// <param name="logger">Gets what cannot be read and what is dropped.</param>
    /// <param name="capacity">How many tasks' replies are kept for those who ask later.</param>
    public RpcResultBackend(
        ITransport transport,
        TimeSpan? resultExpires,
        bool persistent,
        ResultCodec codec,
        TimeProvider time,
        ILogger logger,
        int capacity = DefaultCapacity)
    {
        _transport = transport;
        _persistent = persistent;
        _codec = codec;
        _time = time;
        _logger = logger;
        _replies = new RpcReplyBuffer(capacity, resultExpires, time, logger);
        ReplyTo = TaskId.New().Value;
        var expiry = Math.Clamp(resultExpires?.TotalMilliseconds ?? int.MaxValue, _shortestQueueExpiry.TotalMilliseconds, int.MaxValue);
        _queue = new QueueSpec(ReplyTo, ExchangeSpec.Default, ReplyTo) { Arguments = new Dictionary<string, object?> { ["x-expires"] = (int)expiry } };
    }

    public string ReplyTo { get; }

    public string ChordRefusal
        => "There are no chords with the result backend 'rpc://': each result goes to the sender alone, and nobody else could bring those of a header together. Set ResultBackend to one that keeps results, for example 'redis://localhost:6379/0'.";

    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Volatile.Read(ref _consumer) is not null)
        {
            return;
        }

        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_consumer is not null)
            {
                return;
            }

            var consumer = await _transport.ConsumeAsync(new ConsumerRequest([_queue], Prefetch) { NoAck = true }, cancellationToken).ConfigureAwait(false);
            _declared = true;
            Volatile.Write(ref _consumer, consumer);
            _receiving = Task.Run(() => ReceiveAsync(consumer), CancellationToken.None);
        }
        catch (Exception error) when (error is BrokerUnavailableException or CeleryConfigurationException)
        {
            throw new ResultBackendException($"Replies cannot be received: {error.Message}", error);
        }
        finally
        {
            _preparing.Release();
        }
    }

    // exchange "", routing key = reply_to, correlation_id = the task's, delivery mode 1 or 2, priority 0, no headers.
    // celery/backends/rpc.py RPCBackend.store_result
    public async ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (string.IsNullOrEmpty(reply.ReplyTo))
        {
            return;
        }

        var content = _codec.Encode(meta);
        var envelope = new Envelope
        {
            Body = content.Body,
            ContentType = content.ContentType,
            ContentEncoding = content.ContentEncoding,
            CorrelationId = string.IsNullOrEmpty(reply.CorrelationId) ? meta.TaskId.Value : reply.CorrelationId,
            Priority = 0,
            Persistent = _persistent,
        };
        try
        {
            // The client may be gone, and its queue with it: that is no error of ours.
            await _transport.Publisher.PublishAsync(envelope, new Destination("", reply.ReplyTo) { Mandatory = false }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is BrokerUnavailableException or PublishException)
        {
            throw new ResultBackendException($"State {meta.State} of task {meta.TaskId} could not be sent to '{reply.ReplyTo}': {error.Message}", error);
        }
    }

    public ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ResultMeta?>(cancellationToken);
        }

        if (!_replies.TryGet(taskId, out var reply))
        {
            return new((ResultMeta?)null);
        }

        return reply.Error is { } error ? ValueTask.FromException<ResultMeta?>(Again(error)) : new(reply.Meta);
    }

    public async IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        var watcher = _replies.Watch(taskId);
        try
        {
            await foreach (var reply in watcher.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (reply.Meta is not { } meta)
                {
                    throw Again(reply.Error!); // A reply has either.
                }

                yield return meta;
            }
        }
        finally
        {
            _replies.Unwatch(taskId, watcher);
        }
    }

    public ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _replies.Remove(taskId);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(_disposeTimeout, _time);
        await _preparing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }
        finally
        {
            _preparing.Release();
        }

        if (_declared)
        {
            if (_consumer is { } consumer)
            {
                await consumer.DisposeAsync().ConfigureAwait(false);
            }

            await _receiving.ConfigureAwait(false);
            try
            {
                await _transport.DeleteQueueAsync(_queue, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is BrokerUnavailableException or OperationCanceledException or ObjectDisposedException)
            {
                // The broker deletes it when it has expired.
            }
        }

        _replies.Close();
    }

    private static ResultBackendException Again(ResultBackendException error) => new(error.Message, error);

    private async Task ReceiveAsync(IConsumer consumer)
    {
        try
        {
            await foreach (var delivery in consumer.Deliveries.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                Receive(delivery);
            }

            _replies.Close();
        }
#pragma warning disable CA1031 // Who waits for a reply must learn that none can come any more, whatever ended the consumer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // The next who waits begins anew.
            Interlocked.CompareExchange(ref _consumer, null, consumer);
            _replies.Fail(new ResultBackendException($"Replies cannot be received any more: {error.Message}", error));
            await consumer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Receive(IDelivery delivery)
    {
        if (delivery.Envelope is not { } envelope)
        {
            _logger.UnreadableResult("an unknown task", delivery.Unreadable ?? "");
            return;
        }

        try
        {
            var reply = RpcReplyReader.Read(envelope, _codec);
            if (reply.Error is { } error)
            {
                _logger.UnreadableResult(reply.TaskId.Value, error.Message);
            }

            _replies.Add(reply);
        }
        catch (ResultBackendException error)
        {
            _logger.UnreadableResult("an unknown task", error.Message);
        }
    }
}
