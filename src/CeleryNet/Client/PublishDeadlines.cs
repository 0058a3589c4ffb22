using System.Collections.Concurrent;

namespace CeleryNet.Client;

/// <summary>The deadlines of publishes. Most never pass: their sources are used again, where the clock allows it.</summary>
/// <param name="timeout">How long a publish may take.</param>
/// <param name="time">The clock.</param>
/// <param name="areReused">Whether nobody keeps a token beyond its publish.</param>
internal sealed class PublishDeadlines(TimeSpan timeout, TimeProvider time, bool areReused)
{
    // More than are under way at a time on one connection gain nothing.
    private const int MaxIdle = 512;

    // Only the system's timers can be set anew.
    private readonly bool _areReused = areReused && time == TimeProvider.System;
    private readonly ConcurrentQueue<CancellationTokenSource> _idle = new();

    /// <summary>Begins a deadline, which ends when it is disposed.</summary>
    /// <param name="cancellationToken">The sender's, which ends the publish likewise.</param>
    public Deadline Begin(CancellationToken cancellationToken)
    {
        if (_idle.TryDequeue(out var source))
        {
            source.CancelAfter(timeout);
        }
        else
        {
            source = new CancellationTokenSource(timeout, time);
        }

        return new Deadline(this, source, cancellationToken);
    }

    private void End(CancellationTokenSource source)
    {
        if (_areReused && _idle.Count < MaxIdle && source.TryReset())
        {
            _idle.Enqueue(source);
        }
        else
        {
            source.Dispose();
        }
    }

    /// <summary>One deadline: its token fires when the time is over or the sender does not want to wait any more.</summary>
    internal readonly struct Deadline : IDisposable
    {
        private readonly PublishDeadlines _owner;
        private readonly CancellationTokenSource _source;
        private readonly CancellationToken _cancellationToken;
        private readonly CancellationTokenRegistration _cancelled;

        public Deadline(PublishDeadlines owner, CancellationTokenSource source, CancellationToken cancellationToken)
        {
            _owner = owner;
            _source = source;
            _cancellationToken = cancellationToken;
            _cancelled = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
        }

        public CancellationToken Token => _source.Token;

        /// <summary>Whether it is the time that is over.</summary>
        public bool HasPassed => _source.IsCancellationRequested && !_cancellationToken.IsCancellationRequested;

        public void Dispose()
        {
            _cancelled.Dispose();
            _owner.End(_source);
        }
    }
}
