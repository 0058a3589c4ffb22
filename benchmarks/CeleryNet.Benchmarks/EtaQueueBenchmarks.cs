using BenchmarkDotNet.Attributes;
using CeleryNet.Worker;

namespace CeleryNet.Benchmarks;

/// <summary>A hundred thousand tasks that wait for their time. One operation is one task.</summary>
[InvocationCount(1)]
public class EtaQueueBenchmarks
{
    private const int Held = 100_000;

    private static readonly DateTimeOffset _start = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly TaskRequest[] _requests = [.. Enumerable.Range(0, Held).Select(_ => HeldRequest.Create(CancellationToken.None))];
    private readonly DateTimeOffset[] _times = CreateTimes();
    private ManualTime _time = null!;
    private EtaQueue _queue = null!;
    private int _released;

    [IterationSetup(Target = nameof(Hold))]
    public void SetUpEmpty()
    {
        _released = 0;
        _time = new ManualTime(_start);
        _queue = new EtaQueue(_time, _ => _released++);
    }

    [IterationSetup(Targets = [nameof(ComeDue), nameof(CancelOne), nameof(CancelHalf), nameof(CancelAll)])]
    public void SetUpFull()
    {
        SetUpEmpty();
        Fill();
    }

    [IterationCleanup]
    public void CleanUp() => _queue.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark(OperationsPerInvoke = Held)]
    public void Hold() => Fill();

    [Benchmark(OperationsPerInvoke = Held)]
    public void ComeDue()
    {
        _time.Set(_start.AddDays(2));
        if (_released != Held)
        {
            throw new InvalidOperationException($"{_released} of {Held} tasks came due.");
        }
    }

    /// <summary>One operation is one task taken out from among all of them.</summary>
    [Benchmark]
    public bool CancelOne() => _queue.Remove(_requests[Held / 2]);

    /// <summary>Every other task is taken out, and one at the end that has the places cleared away; one operation is one of them.</summary>
    [Benchmark(OperationsPerInvoke = (Held / 2) + 1)]
    public int CancelHalf()
    {
        for (var i = 0; i < Held; i += 2)
        {
            _queue.Remove(_requests[i]);
        }

        _queue.Remove(_requests[1]);
        return _queue.Places;
    }

    [Benchmark(OperationsPerInvoke = Held)]
    public int CancelAll() => _queue.Close().Count;

    private void Fill()
    {
        for (var i = 0; i < Held; i++)
        {
            _queue.TryHold(_requests[i], _times[i], static _ => { });
        }
    }

    private static DateTimeOffset[] CreateTimes()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Held).Select(_ => _start.AddSeconds(1 + random.Next(86_400)))];
    }
}
