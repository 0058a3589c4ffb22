using System.Net;
using CeleryNet.Diagnostics;
using CeleryNet.Resilience;
using Microsoft.Extensions.Logging;
using Polly;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// The connection to one Redis, made on first use. A connection that was had once mends itself; where several URLs stand in for each other, the next one
/// is tried when it is gone. Safe for concurrent use.
/// </summary>
internal sealed class RedisConnection(TransportOptions options, ILogger logger) : IAsyncDisposable, IRetryWatcher
{
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _reasonTimeout = TimeSpan.FromMilliseconds(250);

    private readonly IReadOnlyList<RedisTarget> _targets = RedisTarget.Create(options);
    private readonly string _urls = string.Join(';', options.Urls);
    private readonly ResiliencePipelines? _resilience = options.Resilience;
    private readonly OperationPipeline? _untilConnected = options.Resilience?.Create(CeleryOperation.Connect);
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile Link? _link;
    private volatile bool _disposed;

    /// <summary>Raised, on any thread, after a lost connection was mended or replaced by one to another server.</summary>
    public event Action? Restored;

    /// <summary>The connected place, or the one that would be tried first.</summary>
    public RedisTarget Target => _link?.Target ?? _targets[0];

    public bool IsDisposed => _disposed;

    // Whoever needs a connection here tries again as it sees fit, unless the options have a number of attempts.
    public bool WantsRetry => _resilience?.Settings.ConnectRetries is not null;

    public bool IsConnected => _link is { Multiplexer.IsConnected: true };

    /// <summary>The database of the connection.</summary>
    /// <exception cref="BrokerUnavailableException">
    /// There is no connection and none can be made: the message names the URL and the reason, the inner exception is the client's.
    /// </exception>
    public ValueTask<IDatabase> GetDatabaseAsync(CancellationToken cancellationToken)
    {
        // With one place to go to, the multiplexer's own reconnecting is all there is: commands wait in its backlog for as long as they may take.
        if (_link is { } link && (_targets.Count == 1 || link.Multiplexer.IsConnected))
        {
            return new(link.Database);
        }

        return ConnectAsync(cancellationToken);
    }

    /// <summary>The subscriber of the connection; it changes when <see cref="Restored"/> tells of another server.</summary>
    /// <inheritdoc cref="GetDatabaseAsync" path="/exception" />
    public async ValueTask<ISubscriber> GetSubscriberAsync(CancellationToken cancellationToken)
        => (await GetDatabaseAsync(cancellationToken).ConfigureAwait(false)).Multiplexer.GetSubscriber();

    /// <summary>The address of the server that takes writes; null while none is connected.</summary>
    public EndPoint? FindPrimary()
    {
        if (_link is not { } link)
        {
            return null;
        }

        foreach (var server in link.Multiplexer.GetServers())
        {
            if (server is { IsConnected: true, IsReplica: false })
            {
                return server.EndPoint;
            }
        }

        return null;
    }

    /// <summary>A failed command as the exception that says where and why.</summary>
    public BrokerUnavailableException Unavailable(Exception error)
        => error as BrokerUnavailableException ?? new($"Redis at '{Target.Display}' is not available: {RedisErrors.Describe(error)}.", error);

    public async ValueTask DisposeAsync()
    {
        await _connecting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _disposed = true;
        var link = _link;
        _link = null;
        _connecting.Release();
        if (link is not null)
        {
            await CloseAsync(link.Multiplexer).ConfigureAwait(false);
        }
    }

    private async ValueTask<IDatabase> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
        {
            throw Unavailable(error);
        }

        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_link is { Multiplexer.IsConnected: true } connected)
            {
                return connected.Database;
            }

            var link = _untilConnected is null ? await ConnectToNextAsync(cancellationToken).ConfigureAwait(false) : await ConnectAsync(_untilConnected, cancellationToken).ConfigureAwait(false);
            return link.Database;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async ValueTask<Link> ConnectAsync(OperationPipeline untilConnected, CancellationToken cancellationToken)
    {
        var context = untilConnected.Begin(this, cancellationToken);
        context.Properties.Set(CeleryResilienceKeys.Urls, _urls);
        try
        {
            return await untilConnected.Pipeline.ExecuteAsync(
                static async (attempt, self) => await self.ConnectToNextAsync(attempt.CancellationToken).ConfigureAwait(false), context, this).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A pipeline of the user's may end with anything: a broken circuit, a timeout, a cancelled pause.
        catch (Exception error) when (error is not (BrokerUnavailableException or ObjectDisposedException))
#pragma warning restore CA1031
        {
            throw new BrokerUnavailableException($"Cannot connect to Redis at {_urls}: {RedisErrors.Describe(error)}.", error);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void OnRetry(Exception error, TimeSpan delay) => logger.ConnectFailed(_urls, error.Message, delay);

    private async Task<Link> ConnectToNextAsync(CancellationToken cancellationToken)
    {
        var lost = _link;
        var first = lost is null ? 0 : lost.Index + 1;
        var reasons = new List<string>();
        Exception? last = null;
        for (var i = 0; i < _targets.Count; i++)
        {
            var index = (first + i) % _targets.Count;
            var target = _targets[index];
            try
            {
                var multiplexer = await OpenAsync(target, cancellationToken).ConfigureAwait(false);
                var link = new Link(index, target, multiplexer, multiplexer.GetDatabase());
                Watch(link);
                _link = link;
                logger.Connected(target.Display);
                if (lost is not null)
                {
                    await CloseAsync(lost.Multiplexer).ConfigureAwait(false);
                    Restored?.Invoke();
                }

                return link;
            }
            catch (Exception error) when (RedisErrors.IsClientError(error) || error is OperationCanceledException)
            {
                last = error;
                reasons.Add($"'{target.Display}': {RedisErrors.Describe(error)}");
            }
        }

        throw new BrokerUnavailableException($"Cannot connect to Redis at {string.Join("; ", reasons)}.", last);
    }

    private static async Task<ConnectionMultiplexer> OpenAsync(RedisTarget target, CancellationToken cancellationToken)
    {
        var configuration = target.CreateConfiguration();
        var attempted = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        configuration.ConnectionAttemptCompleted += (_, completed) =>
        {
            if (!completed.IsSuccess)
            {
                attempted.TrySetResult(completed.Exception ?? new IOException($"{completed.FailureType} at stage {completed.Stage}"));
            }
        };

        var opening = ConnectionMultiplexer.ConnectAsync(configuration);
        ConnectionMultiplexer multiplexer;
        try
        {
            multiplexer = await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = CloseWhenOpenAsync(opening);
            throw;
        }
        catch (RedisConnectionException error) when (error.InnerException is null)
        {
            // The attempt knows what the summary of all attempts leaves out: connection refused, certificate not trusted, … It tells it on a thread of
            // its own, mostly a moment before and sometimes after.
            await Task.WhenAny(attempted.Task, Task.Delay(_reasonTimeout, TimeProvider.System, cancellationToken)).ConfigureAwait(false);
            var reason = attempted.Task.IsCompletedSuccessfully ? await attempted.Task.ConfigureAwait(false) : null;
            throw new RedisConnectionException(error.FailureType, error.Flags, reason?.Message ?? error.Message, reason, error.CommandStatus);
        }

        try
        {
            await ProbeDatabaseAsync(multiplexer, target, cancellationToken).ConfigureAwait(false);
            return multiplexer;
        }
        catch
        {
            await CloseAsync(multiplexer).ConfigureAwait(false);
            throw;
        }
    }

    // A database number beyond the server's shows only with the first command that needs the database.
    private static async Task ProbeDatabaseAsync(ConnectionMultiplexer multiplexer, RedisTarget target, CancellationToken cancellationToken)
    {
        if (target.Database == 0)
        {
            return;
        }

        try
        {
            await multiplexer.GetDatabase().KeyExistsAsync(RedisKeys.UnackedName).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RedisServerException)
        {
            // Any answer of the server will do: a user that may not see this key has still reached the database.
        }
    }

    private void Watch(Link link)
    {
        link.Multiplexer.ConnectionFailed += (_, failed) =>
        {
            if (_link == link && failed.ConnectionType == ConnectionType.Interactive)
            {
                logger.ConnectionLost(link.Target.Display, failed.Exception is { } error ? RedisErrors.Describe(error) : failed.FailureType.ToString());
            }
        };
        link.Multiplexer.ConnectionRestored += (_, restored) =>
        {
            if (_link != link)
            {
                return;
            }

            if (restored.ConnectionType == ConnectionType.Interactive)
            {
                logger.Connected(link.Target.Display);
            }

            Restored?.Invoke();
        };
    }

    private static async Task CloseWhenOpenAsync(Task<ConnectionMultiplexer> opening)
    {
        try
        {
            await CloseAsync(await opening.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.IsClientError(error))
        {
            // It never opened, so there is nothing to close, and its caller has gone.
        }
    }

    private static async Task CloseAsync(ConnectionMultiplexer multiplexer)
    {
        // Closing waits for commands under way, which a dead server never answers.
        try
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: true).WaitAsync(_closeTimeout, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        }

        await multiplexer.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Link(int Index, RedisTarget Target, ConnectionMultiplexer Multiplexer, IDatabase Database);
}
