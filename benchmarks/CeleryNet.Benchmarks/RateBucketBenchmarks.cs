using BenchmarkDotNet.Attributes;
using CeleryNet.Worker;

namespace CeleryNet.Benchmarks;

/// <summary>A task with a rate limit.</summary>
public class RateBucketBenchmarks
{
    private const int Waiting = 1_000;

    private static readonly DateTimeOffset _start = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly TaskRequest[] _requests = [.. Enumerable.Range(0, Waiting).Select(_ => HeldRequest.Create(CancellationToken.None))];
    private readonly ManualTime _time = new(_start);
    private DateTimeOffset _now = _start;
    private RateBucket _bucket = null!;
    private int _passed;

    [GlobalSetup]
    public void Setup() => _bucket = new RateBucket(1, _time, _ => _passed++);

    [GlobalCleanup]
    public async Task CleanupAsync() => await _bucket.DisposeAsync();

    /// <summary>A token is there.</summary>
    [Benchmark]
    public bool PassAtOnce()
    {
        _now += TimeSpan.FromSeconds(2);
        _time.Set(_now);
        return _bucket.Enter(_requests[0], static _ => { });
    }

    /// <summary>A thousand come at once and pass one after the other; one operation is one of them.</summary>
    [Benchmark(OperationsPerInvoke = Waiting)]
    public int WaitInLine()
    {
        for (var i = 0; i < Waiting; i++)
        {
            _bucket.Enter(_requests[i], static _ => { });
        }

        for (var i = 0; i < Waiting; i++)
        {
            _now += TimeSpan.FromSeconds(1);
            _time.Set(_now);
        }

        return _passed;
    }
}
