using System.Diagnostics;
using System.Globalization;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Measurements;

/// <summary>
/// Whether a longer queue is emptied more slowly, or takes more memory: a warm worker is given queues of several lengths, each all at once, and the
/// second half of each counts, so that its wait for the first message is no part of the rate.
/// </summary>
internal sealed class Growth(Bench bench, RedisBroker broker) : IMeasurement
{
    private const int MarkEvery = 500;

    // A million, and a machine that has other things to do.
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(10);

    public string Name => $"growth-{broker.Name}";

    public IReadOnlyList<Peer> Peers { get; } = [Peer.CeleryNet, Peer.Raw];

    public int? MostRounds => bench.Scale.SlowRounds;

    /// <summary>The name of the rate at a length.</summary>
    public static string RateAt(int queued) => string.Create(CultureInfo.InvariantCulture, $"rate-{queued}");

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        var messages = new TaskMessages(TaskCall.Add, Bench.Queue, ignoreResult: true);
        var total = bench.Scale.GrowthWarmUp;
        await bench.ResetAsync(broker, cancellationToken);
        await broker.FillAsync(messages, total, cancellationToken);
        await using var worker = bench.Launcher.StartWorker(peer, new Job(broker.Url, null, Bench.Queue, MarkEvery));
        await worker.WaitForMarkAsync(total, Bench.Deadline, cancellationToken);
        var measured = new Dictionary<string, double>();
        var memory = new List<double>();
        foreach (var (queued, times) in bench.Scale.Growth)
        {
            var elapsed = TimeSpan.Zero;
            for (var i = 0; i < times; i++)
            {
                await broker.AppearAsync(messages, queued, cancellationToken);
                total += queued;
                var end = await worker.WaitForMarkAsync(total, _deadline, cancellationToken);
                var middle = await worker.WaitForMarkAsync(total - (queued / 2), _deadline, cancellationToken);
                elapsed += Stopwatch.GetElapsedTime(middle.Time, end.Time);
            }

            measured[RateAt(queued)] = queued / 2 * times / elapsed.TotalSeconds;
            memory.Add(worker.Tree.ResidentBytes);
        }

        var rates = measured.Values.ToArray();
        measured[Metrics.Flatness] = rates.Min() / rates.Max();
        measured[Metrics.MemoryGrowth] = memory[^1] / memory[0];
        await Bench.StopAsync(worker, broker, cancellationToken);
        return measured;
    }
}
