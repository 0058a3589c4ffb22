using System.Threading.Tasks.Sources;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Sends in bursts what many want sent: one goes at once, what comes while it is under way goes together with the next call. A burst waits for nothing but
/// the call before it. Items go in the order in which they came; those that nobody waits for any more do not go.
/// </summary>
/// <typeparam name="T">What is sent.</typeparam>
/// <param name="largest">How many items one call takes, and how much they weigh; others wait for the server meanwhile.</param>
/// <param name="weigh">The weight of an item; an item that is heavier than a burst may be goes alone.</param>
/// <param name="send">Sends a burst, and answers for each item.</param>
internal sealed class RedisBursts<T>((int Items, long Weight) largest, Func<T, long> weigh, Func<IReadOnlyList<T>, Task<IReadOnlyList<BurstAnswer>>> send)
{
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _waiting = new();
    private bool _sending;

    /// <summary>Sends an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait for the answer; if the item is on its way by then, it may arrive all the same.</param>
    public ValueTask<bool> SendAsync(T item, CancellationToken cancellationToken)
    {
        var entry = new Entry(item);
        bool first;
        lock (_gate)
        {
            _waiting.Enqueue(entry);
            first = !_sending;
            _sending = true;
        }

        if (first)
        {
            _ = SendAsync();
        }

        return entry.WaitAsync(cancellationToken);
    }

    private async Task SendAsync()
    {
        while (TakeBurst() is { Count: > 0 } burst)
        {
            try
            {
                var answers = await send(burst.ConvertAll(static entry => entry.Item)).ConfigureAwait(false);
                for (var i = 0; i < burst.Count; i++)
                {
                    if (answers[i].Error is { } error)
                    {
                        burst[i].SetFailed(error);
                    }
                    else
                    {
                        burst[i].SetAnswer(answers[i].Value);
                    }
                }
            }
#pragma warning disable CA1031 // Each of those who wait is told, whatever it was; they know what to make of it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                foreach (var entry in burst)
                {
                    entry.SetFailed(error);
                }
            }
        }
    }

    private List<Entry> TakeBurst()
    {
        lock (_gate)
        {
            var burst = new List<Entry>(Math.Min(_waiting.Count, largest.Items));
            var weight = 0L;
            while (burst.Count < largest.Items && _waiting.TryPeek(out var entry))
            {
                if (!entry.IsOver)
                {
                    weight += weigh(entry.Item);
                    if (burst.Count > 0 && weight > largest.Weight)
                    {
                        break;
                    }

                    burst.Add(entry);
                }

                _waiting.Dequeue();
            }

            _sending = burst.Count > 0;
            return burst;
        }
    }

    /// <summary>One item, and the one who waits for its answer, who may lose patience; what happens to the item is the same then.</summary>
    private sealed class Entry(T item) : IValueTaskSource<bool>
    {
        // Whoever goes on runs a task's code next, for which the burst must not wait.
        private ManualResetValueTaskSourceCore<bool> _answer = new() { RunContinuationsAsynchronously = true };
        private CancellationTokenRegistration _impatience;
        private int _isOver;

        public T Item => item;

        public bool IsOver => Volatile.Read(ref _isOver) != 0;

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
        {
            _impatience = cancellationToken.UnsafeRegister(static (entry, token) => ((Entry)entry!).SetFailed(new OperationCanceledException(token)), this);
            return new ValueTask<bool>(this, _answer.Version);
        }

        public void SetAnswer(bool answer)
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                _answer.SetResult(answer);
            }
        }

        public void SetFailed(Exception error)
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                _answer.SetException(error);
            }
        }

        public bool GetResult(short token)
        {
            _impatience.Dispose();
            return _answer.GetResult(token);
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
