using System.Diagnostics;
using CeleryNet.TestKit;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Processes;
using CeleryNet.Throughput.Work;
using StackExchange.Redis;

namespace CeleryNet.Throughput.Measurements;

/// <summary>
/// The sample's worker as a native program: from its start until the result of a task that waited in the queue is told of, and then its memory without work.
/// </summary>
internal sealed class Native(Bench bench, RedisBroker broker, NativeProgram program) : IMeasurement
{
    public string Name => $"native-{broker.Name}";

    public IReadOnlyList<Peer> Peers { get; } = [Peer.CeleryNetNative];

    public int? MostRounds => null;

    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken)
    {
        await bench.ResetAsync(broker, cancellationToken);
        await broker.FillAsync(new TaskMessages(peer.Addition, Bench.Queue, ignoreResult: false), 1, cancellationToken);
        var subscriber = bench.Servers.RedisClient.GetSubscriber();
        var results = await subscriber.SubscribeAsync(RedisChannel.Pattern("celery-task-meta-*")).WaitAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await using var worker = new PeerProcess(ChildProcess.Start(
            program.Path, ["--broker", broker.Url, "--result-backend", bench.Servers.Results.Url, "--queues", Bench.Queue, "--loglevel", "warning"]));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Bench.Deadline);
        await results.ReadAsync(deadline.Token);
        var elapsed = Stopwatch.GetElapsedTime(started);
        await results.UnsubscribeAsync().WaitAsync(cancellationToken);
        await bench.Servers.Results.CheckOneAsync(cancellationToken);
        await Task.Delay(bench.Scale.IdleSettling, cancellationToken);
        var measured = new Dictionary<string, double>
        {
            [Metrics.Seconds] = elapsed.TotalSeconds,
            [Metrics.Memory] = worker.Tree.ResidentBytes / 1e6,
            [Metrics.Size] = program.Bytes / 1e6,
        };
        await Bench.StopAsync(worker, broker, cancellationToken);
        return measured;
    }
}
