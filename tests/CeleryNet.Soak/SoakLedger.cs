namespace CeleryNet.Soak;

/// <summary>How often each call has ended. It takes all its memory at the start, so that it adds nothing to what is looked at.</summary>
/// <param name="calls">How many calls there will be.</param>
public sealed class SoakLedger(int calls)
{
    private readonly byte[] _ends = GC.AllocateArray<byte>(calls, pinned: true);
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, int> _waiters = new();
    private int _ended;

    /// <summary>Calls that have ended.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Ends beyond the first of each call.</summary>
    public int Duplicates => _ends.Sum(count => Math.Max(0, count - 1));

    /// <summary>Notes the end of a call.</summary>
    /// <param name="number">Its number.</param>
    public void End(int number)
    {
        lock (_gate)
        {
            _ends[number] = (byte)Math.Min(_ends[number] + 1, byte.MaxValue);
            if (_ends[number] == 1)
            {
                _ended++;
            }

            while (_waiters.TryPeek(out var reached, out var count) && _ended >= count)
            {
                _waiters.Dequeue();
                reached.SetResult();
            }
        }
    }

    /// <summary>Waits until so many calls have ended.</summary>
    /// <param name="count">How many.</param>
    public Task WhenEndedAsync(int count)
    {
        lock (_gate)
        {
            if (_ended >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(reached, count);
            return reached.Task;
        }
    }
}
