using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Measurements;

/// <summary>What a worker costs that has run one task and waits for the next: memory, processor time, commands to Redis.</summary>
internal sealed class Idle(Bench bench, IBroker broker) : IMeasurement
{
    public string Name => $"idle-{broker.Name}";

    public IReadOnlyList<Peer> Peers { get; } = [Peer.CeleryNet, Peer.Celery, Peer.Raw];

    public int? MostRounds => bench.Scale.SlowRounds;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        await bench.ResetAsync(broker, cancellationToken);
        await broker.FillAsync(new TaskMessages(TaskCall.Add, Bench.Queue, ignoreResult: true), 1, cancellationToken);
        await using var worker = bench.Launcher.StartWorker(peer, new Job(broker.Url, null, Bench.Queue, 1));
        await worker.WaitForMarkAsync(1, Bench.Deadline, cancellationToken);
        await Task.Delay(bench.Scale.IdleSettling, cancellationToken);
        var (cpu, commands) = (worker.Tree.ThreadTime, await bench.Servers.CountCommandsAsync(cancellationToken));
        await Task.Delay(bench.Scale.IdleTime, cancellationToken);
        var seconds = bench.Scale.IdleTime.TotalSeconds;

        // One of the commands is the first question for their number.
        var measured = new Dictionary<string, double>
        {
            [Metrics.Cpu] = (worker.Tree.ThreadTime - cpu) / bench.Scale.IdleTime * 100,
            [Metrics.Commands] = (await bench.Servers.CountCommandsAsync(cancellationToken) - commands - 1) / seconds,
            [Metrics.Memory] = worker.Tree.ResidentBytes / 1e6,
            [Metrics.ProportionalMemory] = worker.Tree.ProportionalBytes / 1e6,
        };
        await Bench.StopAsync(worker, broker, cancellationToken);
        return measured;
    }
}
