using System.Diagnostics;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Measurements;

/// <summary>How long it takes from the start of a worker's process until its first task is done.</summary>
internal sealed class Start(Bench bench, IBroker broker) : IMeasurement
{
    public string Name => $"start-{broker.Name}";

    public IReadOnlyList<Peer> Peers { get; } = [Peer.CeleryNet, Peer.Celery, Peer.CeleryAlone, Peer.Raw];

    public int? MostRounds => null;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        await bench.ResetAsync(broker, cancellationToken);
        await broker.FillAsync(new TaskMessages(TaskCall.Add, Bench.Queue, ignoreResult: true), 1, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await using var worker = bench.Launcher.StartWorker(peer, new Job(broker.Url, null, Bench.Queue, 1));
        var first = await worker.WaitForMarkAsync(1, Bench.Deadline, cancellationToken);
        await Bench.StopAsync(worker, broker, cancellationToken);
        return new Dictionary<string, double> { [Metrics.Seconds] = Stopwatch.GetElapsedTime(started, first.Time).TotalSeconds };
    }
}
