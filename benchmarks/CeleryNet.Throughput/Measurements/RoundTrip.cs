using System.Globalization;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Measurements;

/// <summary>One process calls and waits for the result, another runs the task; the results come through Redis.</summary>
internal sealed class RoundTrip(Bench bench, IBroker broker) : IMeasurement
{
    public string Name => $"roundtrip-{broker.Name}";

    public IReadOnlyList<Peer> Peers { get; } = [Peer.CeleryNet, Peer.Celery, Peer.Raw];

    public int? MostRounds => null;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        await bench.ResetAsync(broker, cancellationToken);
        var (warmUp, count) = bench.Scale.RoundTrips(peer);
        var job = new Job(broker.Url, bench.Servers.Results.Url, Bench.Queue, warmUp + count);
        await using var worker = bench.Launcher.StartWorker(peer, job);
        await using var caller = bench.Launcher.StartCaller(peer, job, warmUp, count);
        var milliseconds = (await caller.WaitForWordAsync("milliseconds", Bench.Deadline, cancellationToken)).Split(' ');
        await worker.WaitForMarkAsync(warmUp + count, Bench.Deadline, cancellationToken);
        await Bench.StopAsync(worker, broker, cancellationToken);
        return new Dictionary<string, double>
        {
            [Metrics.Median] = double.Parse(milliseconds[0], CultureInfo.InvariantCulture),
            [Metrics.Tail] = double.Parse(milliseconds[1], CultureInfo.InvariantCulture),
        };
    }
}
