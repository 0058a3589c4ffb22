using System.Text;
using CeleryNet.Routing;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace CeleryNet.Transports.Amqp;

/// <summary>One connection from its opening to its end. What is true only while it lives is kept here.</summary>
internal sealed class AmqpLink : IAsyncDisposable
{
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromSeconds(3);

    private readonly IConnection _connection;
    private readonly AmqpTcpClient _socket;
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _declaring = new(1, 1);
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private TaskCompletionSource? _unblocked;
    private int _disposed;

    public AmqpLink(IConnection connection, AmqpTcpClient socket, string url)
    {
        _connection = connection;
        _socket = socket;
        Url = url;
        SharesPrefetch = CanSharePrefetch(connection.ServerProperties);
        connection.ConnectionBlockedAsync += OnBlockedAsync;
        connection.ConnectionUnblockedAsync += OnUnblockedAsync;
        // Raised at once when the connection is closed already.
        connection.ConnectionShutdownAsync += OnShutdownAsync;
    }

    /// <summary>Where it leads, without the password.</summary>
    public string Url { get; }

    public bool IsOpen => !_closed.IsCancellationRequested && _connection.IsOpen;

    /// <summary>Fires when the connection is gone.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Why the connection is gone; null while it is not, and when we closed it.</summary>
    public string? LossReason { get; private set; }

    /// <summary>Why the broker does not take messages at the moment; null when it does.</summary>
    public string? BlockedReason { get; private set; }

    /// <summary>
    /// Whether <c>basic.qos(global=true)</c> bounds a channel as a whole: RabbitMQ from 3.3 to 3.x, as long as no quorum queue is consumed.
    /// kombu/transport/pyamqp.py Transport.qos_semantics_matches_spec
    /// </summary>
    public bool SharesPrefetch { get; }

    public Task<IChannel> CreateChannelAsync(CreateChannelOptions? options, CancellationToken cancellationToken)
        => _connection.CreateChannelAsync(options, cancellationToken).WaitAsync(cancellationToken);

    /// <summary>Waits while the broker has an alarm and would not read what we publish.</summary>
    public Task WhenUnblockedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _unblocked is null ? Task.CompletedTask : _unblocked.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Declares a queue with its exchange and binding unless that was done on this connection. kombu/common.py maybe_declare</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses it.</exception>
    public ValueTask DeclareOnceAsync(QueueSpec queue, CancellationToken cancellationToken)
        => IsDeclared(queue.Name) ? ValueTask.CompletedTask : DeclareAsync(queue, cancellationToken);

    /// <summary>Declares an exchange alone unless that was done on this connection.</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses it.</exception>
    public ValueTask DeclareOnceAsync(ExchangeSpec exchange, CancellationToken cancellationToken)
        => DeclareOnceAsync(NameOf(exchange), () => AmqpTopology.DeclareAsync(this, exchange, cancellationToken), cancellationToken);

    /// <summary>Declares what goes by the name unless that was done on this connection.</summary>
    /// <exception cref="AmqpRefusedException">The broker refuses it.</exception>
    public ValueTask DeclareOnceAsync(string name, Func<Task> declare, CancellationToken cancellationToken)
        => IsDeclared(name) ? ValueTask.CompletedTask : DeclareAsync(name, declare, cancellationToken);

    /// <summary>Makes the next <see cref="DeclareOnceAsync(QueueSpec, CancellationToken)"/> declare the queue again: it turned out to be gone.</summary>
    public void ForgetDeclared(string queue)
    {
        lock (_gate)
        {
            _declared.Remove(queue);
        }
    }

    /// <inheritdoc cref="ForgetDeclared(string)" />
    public void ForgetDeclared(ExchangeSpec exchange) => ForgetDeclared(NameOf(exchange));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        try
        {
            if (_connection.IsOpen)
            {
                await _connection.CloseAsync(Constants.ReplySuccess, "Goodbye", _closeTimeout, abort: true, CancellationToken.None)
                    .WaitAsync(_closeTimeout).ConfigureAwait(false);
            }

            await _connection.DisposeAsync().AsTask().WaitAsync(_closeTimeout).ConfigureAwait(false);
        }
        catch (Exception error) when (AmqpErrors.IsTrouble(error))
        {
            // The peer does not answer; closing the socket below is all that can be done.
        }
        finally
        {
            _socket.Dispose();
            await _closed.CancelAsync().ConfigureAwait(false);
        }
    }

    private bool IsDeclared(string name)
    {
        lock (_gate)
        {
            return _declared.Contains(name);
        }
    }

    private async ValueTask DeclareAsync(string name, Func<Task> declare, CancellationToken cancellationToken)
    {
        await _declaring.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (IsDeclared(name))
            {
                return;
            }

            await declare().ConfigureAwait(false);
            lock (_gate)
            {
                _declared.Add(name);
            }
        }
        finally
        {
            _declaring.Release();
        }
    }

    // Apart from its caller, which would make the closure for each message.
    private ValueTask DeclareAsync(QueueSpec queue, CancellationToken cancellationToken)
        => DeclareAsync(queue.Name, () => AmqpTopology.DeclareAsync(this, [queue], cancellationToken), cancellationToken);

    // No queue's name begins like that.
    private static string NameOf(ExchangeSpec exchange) => "\0" + exchange.Name;

    private static bool CanSharePrefetch(IDictionary<string, object?>? server)
    {
        if (server is null || Text("product") != "RabbitMQ" || !Version.TryParse(Text("version").Split('-', '+')[0], out var version))
        {
            return false;
        }

        return version >= new Version(3, 3) && version < new Version(4, 0);

        string Text(string key) => server.TryGetValue(key, out var value) && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "";
    }

    private Task OnBlockedAsync(object sender, ConnectionBlockedEventArgs args)
    {
        lock (_gate)
        {
            BlockedReason = args.Reason;
            _unblocked ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return Task.CompletedTask;
    }

    private Task OnUnblockedAsync(object sender, AsyncEventArgs args)
    {
        Unblock();
        return Task.CompletedTask;
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        LossReason = reason.Initiator == ShutdownInitiator.Application ? null : AmqpErrors.Describe(reason);
        // Callbacks run elsewhere: the client's reading loop waits for this method.
        _ = _closed.CancelAsync();
        Unblock();
        return Task.CompletedTask;
    }

    private void Unblock()
    {
        lock (_gate)
        {
            BlockedReason = null;
            _unblocked?.TrySetResult();
            _unblocked = null;
        }
    }
}
