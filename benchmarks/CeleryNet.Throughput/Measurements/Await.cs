using System.Diagnostics;
using System.Globalization;
using System.Text;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Work;

namespace CeleryNet.Throughput.Measurements;

/// <summary>
/// A client waits for many results at once: the time until Redis has all its subscriptions, and that from the first result stored until it has the last, together.
/// </summary>
internal sealed class Await(Bench bench, RedisBroker broker) : IMeasurement
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(2);

    public string Name => $"await-{broker.Name}";

    public IReadOnlyList<Peer> Peers { get; } = [Peer.CeleryNet.AsClient, Peer.Celery.AsClient, Peer.Raw.AsClient];

    public int? MostRounds => null;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        var count = Scale.Awaited;
        await bench.ResetAsync(broker, cancellationToken);
        var before = await bench.Servers.CountConnectionsAsync(cancellationToken);
        await using var awaiter = bench.Launcher.StartAwaiter(peer, new Job(broker.Url, bench.Servers.Results.Url, Bench.Queue, count), count);
        var begun = await ReadTimeAsync("begin");
        var started = Stopwatch.GetTimestamp();
        while (await bench.Servers.CountChannelsAsync(cancellationToken) < count)
        {
            if (Stopwatch.GetElapsedTime(started) > Bench.Deadline)
            {
                throw new TimeoutException($"{peer.Name} has not subscribed to {count} channels within {Bench.Deadline}.");
            }

            await Task.Delay(_look, cancellationToken);
        }

        var subscribed = Stopwatch.GetTimestamp();
        var connections = await bench.Servers.CountConnectionsAsync(cancellationToken) - before;
        var stored = Stopwatch.GetTimestamp();
        var results = new RawResults(bench.Servers.Results.Database);
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => results.StoreAsync(Awaited.Id(number), Document(number)))).WaitAsync(cancellationToken);
        var joined = await ReadTimeAsync("joined");
        var memory = awaiter.Tree.PeakResidentBytes;
        await awaiter.StopAsync();
        return new Dictionary<string, double>
        {
            [Metrics.Seconds] = (Stopwatch.GetElapsedTime(begun, subscribed) + Stopwatch.GetElapsedTime(stored, joined)).TotalSeconds,
            [Metrics.Memory] = memory / 1e6,
            [Metrics.Connections] = connections,
        };

        async Task<long> ReadTimeAsync(string word)
            => long.Parse(await awaiter.WaitForWordAsync(word, Bench.Deadline, cancellationToken), CultureInfo.InvariantCulture);
    }

    private static byte[] Document(int number) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"status\": \"SUCCESS\", \"result\": {number}, \"traceback\": null, \"children\": [], \"date_done\": \"2026-01-02T03:04:05.000006+00:00\", \"task_id\": \"{Awaited.Id(number)}\"}}"));
}
