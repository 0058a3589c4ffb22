using System.Threading.Tasks.Sources;

namespace CeleryNet.Transports;

/// <summary>
/// Sends in bursts what many want sent: one goes at once, what comes while it is under way goes together with the next call. A burst waits for nothing but
/// the call before it. Items go in the order in which they came; those that nobody waits for any more do not go.
/// </summary>
/// <typeparam name="T">What is sent.</typeparam>
/// <param name="largest">How many items one call takes, and how much they weigh; others wait for the server meanwhile.</param>
/// <param name="weigh">The weight of an item; an item that is heavier than a burst may be goes alone.</param>
/// <param name="send">Sends a burst, and writes an answer for each item, in their order. Both lists are used again for the next burst.</param>
/// <param name="answered">Told of the answer before whoever waits for it; null when nobody needs to be.</param>
/// <param name="failed">Told that there is no answer before whoever waits for it, who gets what it makes of the reason; null to leave that as it is.</param>
/// <param name="done">Told when a burst is over; null when nobody needs to be.</param>
internal sealed class Bursts<T>(
    (int Items, long Weight) largest,
    Func<T, long> weigh,
    Func<IReadOnlyList<T>, BurstAnswer[], Task> send,
    Action<T, bool>? answered = null,
    Func<T, Exception, Exception>? failed = null,
    Action<IReadOnlyList<T>>? done = null) : IThreadPoolWorkItem
{
    // As many as may wait at a time in a busy worker; what goes beyond is left to the collector.
    private const int MaxIdle = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<Entry> _waiting = new();
    private readonly Stack<Entry> _idle = new();

    // Of the burst that is under way, of which there is one at a time.
    private readonly List<Entry> _burst = [];
    private readonly List<T> _items = [];
    private BurstAnswer[] _answers = [];
    private bool _sending;
    private bool _areMany;

    private Action<T, bool>? Answered => answered;

    private Func<T, Exception, Exception>? Failed => failed;

    /// <summary>Sends an item, and completes when it was answered.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait for the answer; if the item is on its way by then, it may arrive all the same.</param>
    public ValueTask SendAsync(T item, CancellationToken cancellationToken)
    {
        Entry? entry;
        bool first;
        lock (_gate)
        {
            entry = _idle.TryPop(out var idle) ? idle : new Entry(this);
            entry.Begin(item);
            _waiting.Enqueue(entry);
            first = !_sending;
            _sending = true;
        }

        // Before it is sent: it is somebody else's to use once it has been answered and looked at, but the one who looks comes after this.
        entry.Heed(cancellationToken);
        if (first && Volatile.Read(ref _areMany))
        {
            // Others who go on now are likely to want the same in a moment: it is sent when this thread has done what it has to do at once, or by the next
            // thread that is free.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else if (first)
        {
            _ = SendAsync();
        }

        return new ValueTask(entry, entry.Version);
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAsync();

    private async Task SendAsync()
    {
        while (TakeBurst())
        {
            try
            {
                await send(_items, _answers).ConfigureAwait(false);
                for (var i = 0; i < _burst.Count; i++)
                {
                    if (_answers[i].Error is { } error)
                    {
                        _burst[i].SetFailed(error);
                    }
                    else
                    {
                        _burst[i].SetAnswer(_answers[i].Value);
                    }
                }
            }
#pragma warning disable CA1031 // Each of those who wait is told, whatever it was; they know what to make of it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                foreach (var entry in _burst)
                {
                    entry.SetFailed(error);
                }
            }

            Volatile.Write(ref _areMany, _burst.Count > 1);
            foreach (var entry in _burst)
            {
                entry.Leave();
            }

            done?.Invoke(_items);
        }
    }

    private bool TakeBurst()
    {
        _burst.Clear();
        _items.Clear();
        lock (_gate)
        {
            var weight = 0L;
            while (_burst.Count < largest.Items && _waiting.TryPeek(out var entry))
            {
                if (entry.IsOver)
                {
                    // Nobody sends it: that it is let go here is all it was still kept for.
                    _waiting.Dequeue();
                    entry.LeaveWithin();
                    continue;
                }

                weight += weigh(entry.Item);
                if (_burst.Count > 0 && weight > largest.Weight)
                {
                    break;
                }

                _burst.Add(entry);
                _items.Add(entry.Item);
                _waiting.Dequeue();
            }

            _sending = _burst.Count > 0;
            if (!_sending)
            {
                // From here on the next one who comes sends.
                return false;
            }
        }

        if (_answers.Length < _burst.Count)
        {
            _answers = new BurstAnswer[Math.Max(_burst.Count, Math.Min(largest.Items, _answers.Length * 2))];
        }

        Array.Clear(_answers, 0, _burst.Count);
        return true;
    }

    private void Free(Entry entry)
    {
        lock (_gate)
        {
            FreeWithin(entry);
        }
    }

    private void FreeWithin(Entry entry)
    {
        if (_idle.Count < MaxIdle)
        {
            entry.Clear();
            _idle.Push(entry);
        }
    }

    /// <summary>
    /// One item, and the one who waits for its answer, who may lose patience; what happens to the item is the same then. Used again once both the burst and
    /// whoever waits are done with it.
    /// </summary>
    private sealed class Entry(Bursts<T> bursts) : IValueTaskSource
    {
        // Whoever goes on runs a task's code next, for which the burst must not wait.
        private ManualResetValueTaskSourceCore<bool> _answer = new() { RunContinuationsAsynchronously = true };
        private CancellationTokenRegistration _impatience;
        private int _isOver;
        private int _users;

        public T Item { get; private set; } = default!;

        public bool IsOver => Volatile.Read(ref _isOver) != 0;

        public short Version => _answer.Version;

        public void Begin(T item)
        {
            Item = item;
            _users = 2;
        }

        public void Heed(CancellationToken cancellationToken)
            => _impatience = cancellationToken.UnsafeRegister(static (entry, token) => ((Entry)entry!).SetFailed(new OperationCanceledException(token)), this);

        public void SetAnswer(bool answer)
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                bursts.Answered?.Invoke(Item, answer);
                _answer.SetResult(true);
            }
        }

        public void SetFailed(Exception error)
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                _answer.SetException(bursts.Failed is { } failed ? failed(Item, error) : error);
            }
        }

        /// <summary>The burst is done with it.</summary>
        public void Leave()
        {
            if (Interlocked.Decrement(ref _users) == 0)
            {
                bursts.Free(this);
            }
        }

        /// <summary>The same, by one who holds the lock.</summary>
        public void LeaveWithin()
        {
            if (Interlocked.Decrement(ref _users) == 0)
            {
                bursts.FreeWithin(this);
            }
        }

        public void Clear()
        {
            Item = default!;
            _impatience = default;
            _isOver = 0;
            _answer.Reset();
        }

        public void GetResult(short token)
        {
            // Nobody who has lost patience is about to use it any more after this.
            _impatience.Dispose();
            try
            {
                _answer.GetResult(token);
            }
            finally
            {
                Leave();
            }
        }

        public ValueTaskSourceStatus GetStatus(short token) => _answer.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
            => _answer.OnCompleted(continuation, state, token, flags);
    }
}

/// <summary>What has become of one item of a burst.</summary>
/// <param name="Value">The answer.</param>
/// <param name="Error">Why there is none; null when there is one.</param>
internal readonly record struct BurstAnswer(bool Value, Exception? Error = null);
