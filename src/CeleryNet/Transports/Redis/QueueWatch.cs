using System.Net.Sockets;
using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// The idle wait of a consumer: it takes nothing, it only wakes. While the lists are empty the server is asked nothing but whether there are
/// any, in one command every few seconds, and tells of the first change to any of them at once. (A blocking command would watch one list per connection and send the message along.)
/// Where the server cannot do that, the consumer looks by itself, up to ten times a second.
/// </summary>
internal sealed class QueueWatch(RedisConnection connection, TimeSpan connectTimeout, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan _checkInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _reopenInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _shortestPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan _longestPoll = TimeSpan.FromMilliseconds(100);

    private QueueWatchConnection? _watching;
    private TimeSpan _poll = _shortestPoll;
    private long? _lastFailure;
    private bool _unsupported;

    /// <summary>Says that there was something to take: the next wait looks again soon.</summary>
    public void NoteWork() => _poll = _shortestPoll;

    /// <summary>Returns when one of the lists may have something, or others are to be watched. Not to be called twice at a time.</summary>
    public async Task WaitAsync(IReadOnlyList<string> lists, CancellationToken changed, CancellationToken cancellationToken)
    {
        if (await GetConnectionAsync(cancellationToken).ConfigureAwait(false) is not { } watching)
        {
            await Task.Delay(_poll, time, cancellationToken).ConfigureAwait(false);
            _poll = _poll * 2 < _longestPoll ? _poll * 2 : _longestPoll;
            return;
        }

        try
        {
            await WaitAsync(watching, lists, changed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            await DropAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_watching is { } watching)
        {
            _watching = null;
            await watching.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(QueueWatchConnection watching, IReadOnlyList<string> lists, CancellationToken changed, CancellationToken cancellationToken)
    {
        while (true)
        {
            await watching.ArmAsync(lists, cancellationToken).ConfigureAwait(false);
            using var check = new CancellationTokenSource(_checkInterval, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(check.Token, changed, cancellationToken);
            try
            {
                await watching.WaitAsync(either.Token).ConfigureAwait(false);
                if (watching.IsBroken)
                {
                    await DropAsync().ConfigureAwait(false);
                }

                return;
            }
            catch (OperationCanceledException) when (changed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The messages may come to another server by now, though this one still answers.
                if (!watching.IsAnswering || !watching.EndPoint.Equals(connection.FindPrimary()))
                {
                    throw new IOException("The server does not answer or is not the one that takes messages.");
                }
            }
        }
    }

    private async Task<QueueWatchConnection?> GetConnectionAsync(CancellationToken cancellationToken)
    {
        if (_watching is not null || _unsupported)
        {
            return _watching;
        }

        if ((_lastFailure is { } failure && time.GetElapsedTime(failure) < _reopenInterval) || connection.FindPrimary() is not { } endPoint)
        {
            return null;
        }

        using var deadline = new CancellationTokenSource(connectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            _watching = await QueueWatchConnection.OpenAsync(connection.Target, endPoint, either.Token).ConfigureAwait(false);
        }
        catch (NotSupportedException error)
        {
            _unsupported = true;
            logger.QueueWatchUnsupported(connection.Target.Display, error.Message, _longestPoll);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The connection that carries the messages reports outages; without this one they are only looked for less promptly.
            _lastFailure = time.GetTimestamp();
        }

        return _watching;
    }

    private async Task DropAsync()
    {
        _lastFailure = time.GetTimestamp();
        await DisposeAsync().ConfigureAwait(false);
    }
}
