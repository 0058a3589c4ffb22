using CeleryNet.Diagnostics;
using CeleryNet.Resilience;
using Microsoft.Extensions.Logging;
using Polly;

namespace CeleryNet.Transports.Amqp;

/// <summary>A connection that is made when it is first wanted and again when it is wanted after its loss. Callers share one attempt.</summary>
internal sealed class AmqpConnection : IAsyncDisposable, IRetryWatcher
{
    private readonly AmqpConnectionFactory _factory;
    private readonly string _urls;
    private readonly string _name;
    private readonly ILogger _logger;
    private readonly OperationPipeline _untilConnected;
    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _gate = new();
    private Task<AmqpLink>? _connecting;
    private AmqpLink? _link;
    private int _attempt;
    private int _waiting;
    private string? _lastFailure;
    private bool _disposed;

    /// <param name="factory">Connects once.</param>
    /// <param name="urls">What it connects to, without passwords.</param>
    /// <param name="name">What the broker shows of the connection.</param>
    /// <param name="untilConnected">What is done about failures.</param>
    /// <param name="logger">Gets connections, losses and failures.</param>
    public AmqpConnection(AmqpConnectionFactory factory, string urls, string name, OperationPipeline untilConnected, ILogger logger)
    {
        _factory = factory;
        _urls = urls;
        _name = name;
        _untilConnected = untilConnected;
        _logger = logger;
    }

    // With nobody waiting the attempts end; whoever comes next begins anew.
    public bool WantsRetry
    {
        get
        {
            lock (_gate)
            {
                if (_waiting > 0)
                {
                    return true;
                }

                _connecting = null;
                return false;
            }
        }
    }

    public void OnRetry(Exception error, TimeSpan delay)
    {
        if (error.InnerException is AmqpConnectException failure)
        {
            _logger.ConnectFailed(failure.Urls, failure.Reason, delay);
        }
    }

    /// <summary>The open connection, or the next one.</summary>
    /// <exception cref="BrokerUnavailableException">There is none before the token fires, or every broker refuses us.</exception>
    public ValueTask<AmqpLink> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_disposed)
            {
                throw Closed();
            }

            if (_link is { IsOpen: true } link)
            {
                return new(link);
            }

            _waiting++;
            if (_connecting is null)
            {
                var attempt = ++_attempt;
                _connecting = Task.Run(() => ConnectAsync(attempt), CancellationToken.None);
            }

            return new(WaitAsync(_connecting, cancellationToken));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<AmqpLink>? connecting;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            connecting = _connecting;
        }

        await _disposing.CancelAsync().ConfigureAwait(false);
        if (connecting is not null)
        {
            await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_link is { } link)
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }

        _disposing.Dispose();
    }

    private static BrokerUnavailableException Closed() => new("The connection to the broker was closed by this side.");

    private async Task<AmqpLink> WaitAsync(Task<AmqpLink> connecting, CancellationToken cancellationToken)
    {
        try
        {
            return await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            throw Closed();
        }
        catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(_lastFailure ?? "The broker could not be connected to within the given time.", error);
        }
#pragma warning disable CA1031 // A pipeline of the user's may end with anything: a broken circuit, a timeout.
        catch (Exception error) when (error is not BrokerUnavailableException)
#pragma warning restore CA1031
        {
            throw new BrokerUnavailableException($"Cannot connect to {_urls}: {error.Message}", error);
        }
        finally
        {
            lock (_gate)
            {
                _waiting--;
            }
        }
    }

    private async Task<AmqpLink> ConnectAsync(int attempt)
    {
        var stopping = _disposing.Token;
        try
        {
            if (_link is { } lost)
            {
                await lost.DisposeAsync().ConfigureAwait(false);
            }

            var link = await ConnectAsync(stopping).ConfigureAwait(false);
            _logger.Connected(link.Url);
            link.Closed.UnsafeRegister(static state => ((Action)state!)(), () => LogLoss(link));
            lock (_gate)
            {
                _link = link;
                _connecting = null;
                _lastFailure = null;
            }

            return link;
        }
        catch
        {
            lock (_gate)
            {
                // An attempt that nobody waited for may have been followed by another already.
                _connecting = attempt == _attempt ? null : _connecting;
            }

            throw;
        }
    }

    private async Task<AmqpLink> ConnectAsync(CancellationToken stopping)
    {
        var context = _untilConnected.Begin(this, stopping);
        context.Properties.Set(CeleryResilienceKeys.Urls, _urls);
        try
        {
            var attempts = 0;
            return await _untilConnected.Pipeline.ExecuteAsync(ConnectOnceAsync, context).ConfigureAwait(false);

            ValueTask<AmqpLink> ConnectOnceAsync(ResilienceContext attempt)
                => attempts++ == 0 || WantsRetry
                    ? this.ConnectOnceAsync(attempt.CancellationToken)
                    : throw new OperationCanceledException("Nobody waits for the connection any more.");
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<AmqpLink> ConnectOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _factory.ConnectAsync(_name, cancellationToken).ConfigureAwait(false);
        }
        catch (AmqpConnectException error)
        {
            _lastFailure = error.Message;
            throw new BrokerUnavailableException(error.Message, error) { IsRefusal = error.IsRefusal };
        }
    }

    private void LogLoss(AmqpLink link)
    {
        if (link.LossReason is { } reason)
        {
            _logger.ConnectionLost(link.Url, reason);
        }
    }
}
