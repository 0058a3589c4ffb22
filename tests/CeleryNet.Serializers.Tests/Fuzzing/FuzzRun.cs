using System.Diagnostics;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>
/// A run of inputs against one target, on a thread of its own so that an input that never ends is found. Every input depends on the seed and its number alone:
/// <c>CELERYNET_FUZZ_FIRST=n CELERYNET_FUZZ_INPUTS=1</c> repeats the one a report names.
/// </summary>
internal sealed class FuzzRun(FuzzTarget target, int seed, long first, long count)
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _hang = TimeSpan.FromSeconds(20);

    // A first input loads code and fills caches, which is no fault of its own.
    private const int WarmUp = 200;

    private long _current = -1;
    private long _startedAt;
    private Exception? _failure;

    public long Read { get; private set; }

    public long Refused { get; private set; }

    public long LargestAllocation { get; private set; }

    public TimeSpan LongestTime { get; private set; }

    /// <summary>Reads all inputs.</summary>
    /// <exception cref="FuzzException">One of them made the target fail.</exception>
    public void Run()
    {
        _startedAt = Stopwatch.GetTimestamp();
        var thread = new Thread(ReadAll) { IsBackground = true, Name = $"Fuzzing of {target}" };
        thread.Start();
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _startedAt)) > _hang)
            {
                throw new FuzzException(Describe(Volatile.Read(ref _current), $"does not end within {_hang.TotalSeconds} s", null));
            }
        }

        if (_failure is not null)
        {
            throw _failure;
        }
    }

    private void ReadAll()
    {
        try
        {
            for (var i = 0; i < WarmUp; i++)
            {
                ReadOne(first + i, isMeasured: false);
            }

            for (var i = first; i < first + count; i++)
            {
                ReadOne(i, isMeasured: true);
            }
        }
#pragma warning disable CA1031 // Nobody else would see it on this thread.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failure = error as FuzzException ?? new FuzzException($"Input {_current + 1} of {target} cannot be made.", error);
        }
    }

    private void ReadOne(long number, bool isMeasured)
    {
        var input = target.Create(new Random(HashCode(number)));
        Volatile.Write(ref _current, number);
        Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var wasRead = true;
        try
        {
            input.Read();
        }
        catch (CeleryException error)
        {
            wasRead = false;
            if (string.IsNullOrEmpty(error.Message))
            {
                throw new FuzzException(Describe(number, "is refused without a word", input), error);
            }
        }
        catch (Exception error)
        {
            throw new FuzzException(Describe(number, $"is refused by {error.GetType()}: {error.Message}", input), error);
        }

        if (isMeasured)
        {
            var allocation = GC.GetAllocatedBytesForCurrentThread() - allocated;
            var time = Stopwatch.GetElapsedTime(started);
            Measure(number, input, wasRead, time <= _longest ? time : TimeAgain(input), allocation);
        }
    }

    // A busy machine may have paused us; an input that takes its time takes it again.
    private static TimeSpan TimeAgain(FuzzInput input)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            input.Read();
        }
        catch (CeleryException)
        {
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private void Measure(long number, FuzzInput input, bool wasRead, TimeSpan time, long allocation)
    {
        Read += wasRead ? 1 : 0;
        Refused += wasRead ? 0 : 1;
        LargestAllocation = Math.Max(LargestAllocation, allocation);
        LongestTime = time > LongestTime ? time : LongestTime;
        if (time > _longest)
        {
            throw new FuzzException(Describe(number, $"takes {time.TotalSeconds:0.0} s", input));
        }

        if (allocation > target.MaxAllocation)
        {
            throw new FuzzException(Describe(number, $"takes {allocation} bytes to read, more than {target.MaxAllocation}", input));
        }
    }

    private string Describe(long number, string what, FuzzInput? input)
    {
        const int shown = 4096;
        var text = input is null ? "" : $"\n{Convert.ToBase64String(input.Shown.AsSpan(0, Math.Min(shown, input.Shown.Length)))}{(input.Shown.Length > shown ? "…" : "")}";
        return $"Input {number} of {target} {what} (CELERYNET_FUZZ_SEED={seed} CELERYNET_FUZZ_FIRST={number} CELERYNET_FUZZ_INPUTS=1).{text}";
    }

    // Neighbours must not resemble each other, and the same number must be the same in every process.
    private int HashCode(long number)
    {
        var mixed = unchecked((ulong)(number + ((long)seed << 32)) * 0x9E37_79B9_7F4A_7C15UL);
        return (int)((mixed ^ (mixed >> 29)) >> 17) & int.MaxValue;
    }
}

/// <summary>An input that made its target fail.</summary>
internal sealed class FuzzException(string message, Exception? innerException = null) : Exception(message, innerException);
