using CeleryNet.Events;

namespace CeleryNet.Worker;

/// <summary>
/// Tells monitors, and other workers, that this worker is there: when it begins to consume, at an interval from then on, and when it ends. celery/worker/heartbeat.py Heart
/// </summary>
/// <param name="dispatcher">Sends the events, those of tasks too.</param>
/// <param name="flow">What the worker does.</param>
/// <param name="interval">How often it tells; null for never.</param>
/// <param name="time">Measures it.</param>
internal sealed class WorkerEvents(EventDispatcher dispatcher, TaskFlow flow, TimeSpan? interval, TimeProvider time) : IAsyncDisposable
{
    // By which Celery answers whoever asks for a heartbeat. celery/worker/control.py heartbeat
    private const int AnswerFrequency = 5;

    // How long the end waits for the last events to be sent.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private Task? _beating;
    private int _isStopped;

    /// <summary>The worker consumes. Does nothing the second time.</summary>
    public void Start()
    {
        if (_beating is null && interval is { } pause)
        {
            Report(EventNames.WorkerOnline, pause);
            _beating = BeatAsync(pause);
        }
    }

    /// <summary>Tells that it is there, since somebody wants to know.</summary>
    public void Answer()
    {
        if (interval is not null || dispatcher.SendsTasks)
        {
            dispatcher.Send(EventNames.WorkerHeartbeat, AnswerFrequency, static (writer, frequency) =>
            {
                writer.WriteNumber("freq", frequency);
                WorkerReport.WriteSoftware(writer);
            });
        }
    }

    /// <summary>The worker has ended: tells it, and sends all that is not sent yet.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 1)
        {
            return;
        }

        if (_beating is { } beating && interval is { } pause)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await beating.ConfigureAwait(false);
            Report(EventNames.WorkerOffline, pause);
        }

        using var deadline = new CancellationTokenSource(_patience, time);
        await dispatcher.CloseAsync(deadline.Token).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task BeatAsync(TimeSpan pause)
    {
        using var timer = new PeriodicTimer(pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                Report(EventNames.WorkerHeartbeat, pause);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The worker has ended.
        }
    }

    private void Report(string type, TimeSpan pause)
        => dispatcher.Send(type, new WorkerReport(pause, flow.Slots.Busy, flow.Begun, LoadAverage.Read()), WorkerReport.Write);
}
