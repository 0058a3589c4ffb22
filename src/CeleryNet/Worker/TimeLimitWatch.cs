using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Keeps the time of one run, with one timer: cancels it at its soft and at its hard limit, and says when its end is not to be waited for any longer. Once it
/// is ended it does neither. Safe for concurrent use.
/// </summary>
internal sealed class TimeLimitWatch : IDisposable
{
    /// <summary>What code that listens to its token gets to wind up after its hard limit. Code that does not listen gets nothing.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    // A timer takes at most some 49 days, and one that is early looks again.
    private static readonly TimeSpan _longestWait = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskRequest _request;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _begin;
    private readonly ITimer _timer;
    private Stage _stage;

    public TimeLimitWatch(TaskRequest request, TimeProvider time, ILogger logger)
    {
        (_request, _time, _logger) = (request, time, logger);
        var (soft, hard) = request.Limits;
        _stage = soft is not null && (hard is null || soft < hard) ? Stage.Soft : Stage.Hard;
        lock (_gate)
        {
            _begin = time.GetTimestamp();
            _timer = time.CreateTimer(static watch => ((TimeLimitWatch)watch!).Advance(), this, Bound(Due), Timeout.InfiniteTimeSpan);
        }
    }

    private enum Stage
    {
        Soft,
        Hard,
        Grace,
        Ended,
    }

    /// <summary>Ends when the code is to be left behind.</summary>
    public Task Over => _over.Task;

    private TimeSpan Due => _stage switch
    {
        Stage.Soft => _request.Limits.Soft.GetValueOrDefault(),
        Stage.Hard => _request.Limits.Hard.GetValueOrDefault(),
        _ => _request.Limits.Hard.GetValueOrDefault() + Grace,
    };

    /// <summary>The run has ended, or is given up: it reaches no limit any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stage = Stage.Ended;
        }

        _timer.Dispose();
    }

    private void Advance()
    {
        lock (_gate)
        {
            if (_stage == Stage.Ended)
            {
                return;
            }

            if (Due <= _time.GetElapsedTime(_begin))
            {
                _stage = Pass();
            }

            if (_stage != Stage.Ended)
            {
                _timer.Change(Bound(Due - _time.GetElapsedTime(_begin)), Timeout.InfiniteTimeSpan);
            }
        }
    }

    // What is cancelled goes on elsewhere: nothing here waits for the task.
    private Stage Pass()
    {
        var cancellation = _request.Cancellation;
        switch (_stage)
        {
            case Stage.Soft:
                if (cancellation.TryCancel(CancellationReason.SoftTimeLimit))
                {
                    _logger.SoftTimeLimitExceeded(
                        _request.Headers.DisplayName, _request.Headers.Id.Value, _request.Limits.Soft.GetValueOrDefault().TotalSeconds);
                }

                return _request.Limits.Hard is null ? Stage.Ended : Stage.Hard;
            case Stage.Hard when cancellation.IsHeard:
                cancellation.TryCancel(CancellationReason.TimeLimit);
                return Stage.Grace;
            default:
                cancellation.TryCancel(CancellationReason.TimeLimit);
                _over.TrySetResult();
                return Stage.Ended;
        }
    }

    // Timers count whole milliseconds, and cut the rest off.
    private static TimeSpan Bound(TimeSpan wait)
        => wait >= _longestWait ? _longestWait : wait > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : TimeSpan.Zero;
}
