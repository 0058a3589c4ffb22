using System.Diagnostics;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Processes;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Measurements;

/// <summary>
/// A worker empties a full queue. Its rate is counted after a warm-up, by the tasks themselves, or, with results, by how many Redis has. Processor time and
/// allocations are those of the same part.
/// </summary>
internal sealed class Drain(Bench bench, IBroker broker, bool withResults, IReadOnlyList<Peer> peers) : IMeasurement
{
    private const int Parts = 8;

    public string Name => $"drain-{broker.Name}-{(withResults ? "results" : "ignored")}";

    public IReadOnlyList<Peer> Peers => peers;

    public int? MostRounds => null;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        var count = bench.Scale.Drain(peer, broker is RedisBroker);
        var results = bench.Servers.Results;
        await bench.ResetAsync(broker, cancellationToken);
        await broker.FillAsync(new TaskMessages(peer.Addition, Bench.Queue, ignoreResult: !withResults), count, cancellationToken);
        await using var worker = bench.Launcher.StartWorker(peer, new Job(broker.Url, withResults ? results.Url : null, Bench.Queue, count / Parts));
        var stored = withResults ? results.WatchAsync(count, Bench.Deadline, cancellationToken) : null;
        var end = await worker.WaitForMarkAsync(count, Bench.Deadline, cancellationToken);
        var begin = await worker.WaitForMarkAsync(count / Scale.WarmUpPart, Bench.Deadline, cancellationToken);
        var measured = Measure(begin, end);
        if (stored is not null)
        {
            measured[Metrics.Rate] = Rate(await stored, count / Scale.WarmUpPart);
            await results.CheckOneAsync(cancellationToken);
        }

        await Bench.StopAsync(worker, broker, cancellationToken);
        return measured;
    }

    private static Dictionary<string, double> Measure(Mark begin, Mark end)
    {
        var tasks = end.Count - begin.Count;
        var measured = new Dictionary<string, double>
        {
            [Metrics.Rate] = tasks / Stopwatch.GetElapsedTime(begin.Time, end.Time).TotalSeconds,
            [Metrics.Cpu] = (end.CpuMicroseconds - begin.CpuMicroseconds) / (double)tasks,
        };
        if (end.AllocatedBytes > 0)
        {
            measured[Metrics.Allocated] = (end.AllocatedBytes - begin.AllocatedBytes) / (double)tasks;
        }

        return measured;
    }

    private static double Rate(IReadOnlyList<(long Count, long Time)> seen, int warmUp)
    {
        var (begin, end) = (seen.First(look => look.Count >= warmUp), seen[^1]);
        return (end.Count - begin.Count) / Stopwatch.GetElapsedTime(begin.Time, end.Time).TotalSeconds;
    }
}
