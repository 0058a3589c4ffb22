using System.Diagnostics;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Measurements;

/// <summary>10,000 tasks that do nothing but wait for 100 ms, from the beginning of the first to the end of the last.</summary>
internal sealed class Waiting(Bench bench, IBroker broker, IReadOnlyList<Peer> peers) : IMeasurement
{
    private const double Tasks = 10_000;

    private static readonly TimeSpan _wait = TimeSpan.FromMilliseconds(100);

    public string Name => $"waiting-{broker.Name}";

    public IReadOnlyList<Peer> Peers => peers;

    public int? MostRounds => bench.Scale.SlowRounds;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        var count = bench.Scale.Waiting(peer);
        await bench.ResetAsync(broker, cancellationToken);
        await broker.FillAsync(new TaskMessages(TaskCall.Wait, Bench.Queue, ignoreResult: true), count, cancellationToken);
        await using var worker = bench.Launcher.StartWorker(peer, new Job(broker.Url, null, Bench.Queue, count));
        var end = await worker.WaitForMarkAsync(count, Bench.Deadline, cancellationToken);
        var memory = worker.Tree.PeakResidentBytes;
        var first = await worker.WaitForMarkAsync(1, Bench.Deadline, cancellationToken);
        await Bench.StopAsync(worker, broker, cancellationToken);
        return new Dictionary<string, double>
        {
            [Metrics.Seconds] = (Stopwatch.GetElapsedTime(first.Time, end.Time) + _wait).TotalSeconds * Tasks / count,
            [Metrics.Memory] = memory / 1e6,
        };
    }
}
