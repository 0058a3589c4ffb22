using System.Diagnostics;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Measurements;

/// <summary>A worker of 64 queues with messages of four priorities in each: how fast it empties them, and what it costs Redis afterwards.</summary>
internal sealed class ManyQueues(Bench bench, RedisBroker broker) : IMeasurement
{
    private const int Count = 64;

    // As Celery divides them by default.
    private static readonly int[] _priorities = [0, 3, 6, 9];

    public string Name => $"queues-{broker.Name}";

    public IReadOnlyList<Peer> Peers { get; } = [Peer.CeleryNet, Peer.Celery];

    public int? MostRounds => bench.Scale.SlowRounds;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        string[] queues = [.. Enumerable.Range(0, Count).Select(number => FormattableString.Invariant($"{Bench.Queue}{number}"))];
        var each = bench.Scale.OfOneList(peer);
        var total = each * Count * _priorities.Length;
        await bench.ResetAsync(broker, cancellationToken);
        foreach (var queue in queues)
        {
            await broker.FillAsync(new TaskMessages(TaskCall.Add, queue, ignoreResult: true), each, _priorities, cancellationToken);
        }

        var before = await bench.Servers.CountConnectionsAsync(cancellationToken);
        await using var worker = bench.Launcher.StartWorker(peer, new Job(broker.Url, null, string.Join(',', queues), total / 2));
        var end = await worker.WaitForMarkAsync(total, Bench.Deadline, cancellationToken);
        var middle = await worker.WaitForMarkAsync(total / 2, Bench.Deadline, cancellationToken);
        await Task.Delay(bench.Scale.IdleSettling, cancellationToken);
        var commands = await bench.Servers.CountCommandsAsync(cancellationToken);
        await Task.Delay(bench.Scale.IdleTime, cancellationToken);

        // One of the commands is the first question for their number.
        commands = await bench.Servers.CountCommandsAsync(cancellationToken) - commands - 1;
        var measured = new Dictionary<string, double>
        {
            [Metrics.Rate] = (end.Count - middle.Count) / Stopwatch.GetElapsedTime(middle.Time, end.Time).TotalSeconds,
            [Metrics.Commands] = commands / bench.Scale.IdleTime.TotalSeconds,
            [Metrics.Connections] = await bench.Servers.CountConnectionsAsync(cancellationToken) - before,
        };
        await worker.StopAsync();
        foreach (var queue in queues)
        {
            await broker.CheckEmptyAsync(queue, _priorities, cancellationToken);
        }

        return measured;
    }
}
