using CeleryNet.Throughput.Measurements;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Processes;

namespace CeleryNet.Throughput;

/// <summary>All that can be measured, in the order in which it is.</summary>
internal static class MeasurementList
{
    // CeleryNet's client has no more than so many unconfirmed.
    private const int ConfirmWindow = 256;
    private const int PipelineWindow = 1_000;

    public static IReadOnlyList<string> Names { get; } =
    [
        "drain-redis-ignored", "drain-redis-results", "drain-rabbitmq-ignored", "drain-rabbitmq-results", "publish-redis-single", "publish-redis-pipelined",
        "publish-rabbitmq-single", "publish-rabbitmq-window", "roundtrip-redis", "roundtrip-rabbitmq", "waiting-redis", "start-redis", "idle-redis", "growth-redis", "queues-redis",
        "native-redis", "await-redis",
    ];

    public static IReadOnlyList<IMeasurement> Create(Bench bench, bool quick, bool onRedis, bool hasGevent, NativeProgram? native)
    {
        IReadOnlyList<Peer> drainers = quick ? [Peer.CeleryNet, Peer.Celery, Peer.Raw] : [Peer.CeleryNet, Peer.CeleryNetStatic, Peer.CeleryNetDefault, Peer.Celery, Peer.Raw];
        IReadOnlyList<Peer> rabbitMqDrainers = quick ? drainers : [.. drainers, Peer.RawSingleAcks];
        IReadOnlyList<Peer> waiters =
            [Peer.CeleryNetThousandSlots, Peer.CeleryThreads, .. hasGevent ? new[] { Peer.CeleryGevent } : [], Peer.RawThousandSlots];
        var measurements = new List<IMeasurement>();
        var redis = bench.Servers.Redis;
        if (onRedis)
        {
            measurements.AddRange(
            [
                new Drain(bench, redis, withResults: false, drainers),
                new Drain(bench, redis, withResults: true, drainers),
                new Publish(bench, redis, "single", 1),
                new Publish(bench, redis, "pipelined", PipelineWindow),
                new RoundTrip(bench, redis),
                new Start(bench, redis),
                new Waiting(bench, redis, waiters),
                new Idle(bench, redis),
                new Growth(bench, redis),
                new ManyQueues(bench, redis),
            ]);
            if (native is not null)
            {
                measurements.Add(new Native(bench, redis, native));
            }

            measurements.Add(new Await(bench, redis));
        }

        if (bench.Servers.Amqp is { } rabbitMq)
        {
            measurements.AddRange(
            [
                new Drain(bench, rabbitMq, withResults: false, rabbitMqDrainers),
                new Drain(bench, rabbitMq, withResults: true, rabbitMqDrainers),
                new Publish(bench, rabbitMq, "single", 1),
                new Publish(bench, rabbitMq, "window", ConfirmWindow),
                new RoundTrip(bench, rabbitMq),
            ]);
        }

        return measurements;
    }
}
