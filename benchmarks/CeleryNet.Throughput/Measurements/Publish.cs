using System.Diagnostics;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Measurements;

/// <summary>A client sends calls. The rate is counted after a warm-up, until the broker itself says that it has all.</summary>
/// <param name="bench">What it stands on.</param>
/// <param name="broker">Where to.</param>
/// <param name="way">What the way of sending is called.</param>
/// <param name="window">How many calls may be on their way at a time.</param>
internal sealed class Publish(Bench bench, IBroker broker, string way, int window) : IMeasurement
{
    private const int Parts = 8;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(2);

    public string Name => $"publish-{broker.Name}-{way}";

    public IReadOnlyList<Peer> Peers { get; } = [Peer.CeleryNet.AsClient, Peer.Celery.AsClient, Peer.Raw.AsClient];

    public int? MostRounds => null;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        var count = bench.Scale.Publish(peer, broker is RedisBroker, window);
        await bench.ResetAsync(broker, cancellationToken);
        await using var publisher = bench.Launcher.StartPublisher(peer, new Job(broker.Url, null, Bench.Queue, count / Parts), count, window);
        var end = (await publisher.WaitForMarkAsync(count, Bench.Deadline, cancellationToken)).Time;
        var begin = await publisher.WaitForMarkAsync(count / Scale.WarmUpPart, Bench.Deadline, cancellationToken);

        // Celery's client on RabbitMQ does not wait for the broker, so that its last messages may still be on their way.
        var waited = Stopwatch.GetTimestamp();
        while (await broker.CountAsync(Bench.Queue, cancellationToken) is var found && found < count)
        {
            if (Stopwatch.GetElapsedTime(waited) > Bench.Deadline)
            {
                throw new TimeoutException($"{peer.Name} has sent {count} messages, of which {broker.Name} has {found}.");
            }

            await Task.Delay(_look, cancellationToken);
            end = Stopwatch.GetTimestamp();
        }

        return new Dictionary<string, double>
        {
            [Metrics.Rate] = (count - begin.Count) / Stopwatch.GetElapsedTime(begin.Time, end).TotalSeconds,
        };
    }
}
