using CeleryNet.Throughput.Measurements;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>All figures and their goals.</summary>
internal static class Figures
{
    // CeleryNet may allocate so much more than the clients alone.
    private const double AllocationSurplus = 1536;

    public static IReadOnlyList<Figure> All { get; } =
    [
        Drain("drain-redis-ignored", "Drain, Redis, results ignored", 30, 0.6),
        Drain("drain-redis-results", "Drain, Redis, results in Redis", 30, 0.6),
        Drain("drain-rabbitmq-ignored", "Drain, RabbitMQ, results ignored", 5, 0.85),
        Drain("drain-rabbitmq-results", "Drain, RabbitMQ, results in Redis", 5, 0.85),
        new("drain-redis-ignored", Metrics.Cpu, "Worker's processor time per task, Redis", "µs", Goal.AtMost(35)),
        new("drain-redis-results", Metrics.Cpu, "Worker's processor time per task, Redis, results", "µs"),
        new("drain-rabbitmq-ignored", Metrics.Cpu, "Worker's processor time per task, RabbitMQ", "µs", Goal.AtMost(75)),
        new("drain-rabbitmq-results", Metrics.Cpu, "Worker's processor time per task, RabbitMQ, results", "µs"),
        Allocated("drain-redis-ignored", "Allocated per task, Redis"),
        Allocated("drain-redis-results", "Allocated per task, Redis, results"),
        Allocated("drain-rabbitmq-ignored", "Allocated per task, RabbitMQ"),
        Allocated("drain-rabbitmq-results", "Allocated per task, RabbitMQ, results"),
        new("publish-redis-single", Metrics.Rate, "Publish, Redis, one by one", "calls/s", Goal.AtLeast(5, Peer.Celery)),
        new("publish-redis-pipelined", Metrics.Rate, "Publish, Redis, pipelined (Celery: one by one)", "calls/s", Goal.AtLeast(30, Peer.Celery)),
        new("publish-rabbitmq-single", Metrics.Rate, "Publish, RabbitMQ, confirmed one by one (Celery: unconfirmed)", "calls/s", Goal.AtLeast(0.9, Peer.Raw)),
        new("publish-rabbitmq-window", Metrics.Rate, "Publish, RabbitMQ, 256 unconfirmed at a time (Celery: unconfirmed)", "calls/s", Goal.AtLeast(0.9, Peer.Raw)),
        new("roundtrip-redis", Metrics.Median, "Round trip, Redis, p50", "ms", Goal.AtMost(2.5, Peer.Raw), Goal.AtMost(0.2, Peer.Celery)),
        new("roundtrip-redis", Metrics.Tail, "Round trip, Redis, p99", "ms", Goal.AtMost(0.2, Peer.Celery)),
        new("roundtrip-rabbitmq", Metrics.Median, "Round trip, RabbitMQ and Redis, p50", "ms", Goal.AtMost(2, Peer.Raw), Goal.AtMost(0.25, Peer.Celery)),
        new("roundtrip-rabbitmq", Metrics.Tail, "Round trip, RabbitMQ and Redis, p99", "ms", Goal.AtMost(0.5, Peer.Celery)),
        new("waiting-redis", Metrics.Seconds, "10,000 tasks that wait 100 ms", "s", Goal.AtMost(1.3)),
        new("waiting-redis", Metrics.Memory, "10,000 tasks that wait 100 ms, memory at most", "MB", Goal.AtMost(110)),
        new("start-redis", Metrics.Seconds, "Start to first task done", "s", Goal.AtMost(0.45)),
        new("idle-redis", Metrics.Memory, "Idle, memory (RSS of all processes)", "MB", Goal.AtMost(60)),
        new("idle-redis", Metrics.ProportionalMemory, "Idle, memory (PSS of all processes)", "MB"),
        new("idle-redis", Metrics.Cpu, "Idle, processor", "%", Goal.AtMost(0.3)),
        new("idle-redis", Metrics.Commands, "Idle, commands to Redis", "/s", Goal.AtMost(5)),
        new("queues-redis", Metrics.Rate, "Drain of 64 queues with four priorities each", "tasks/s"),
        new("queues-redis", Metrics.Connections, "Connections to Redis for 64 queues", ""),
        new("queues-redis", Metrics.Commands, "Idle with 64 queues, commands to Redis", "/s", Goal.AtMost(5)),
        new("native-redis", Metrics.Seconds, "Native program: start to first task done", "s", Goal.AtMost(0.1)),
        new("native-redis", Metrics.Memory, "Native program: idle, memory (RSS)", "MB", Goal.AtMost(30)),
        new("native-redis", Metrics.Size, "Native program: size", "MB"),
        new("await-redis", Metrics.Seconds, "10,000 results awaited at once", "s", Goal.AtMost(1, Peer.Celery)),
        new("await-redis", Metrics.Memory, "10,000 results awaited at once, memory at most", "MB"),
        new("await-redis", Metrics.Connections, "10,000 results awaited at once, connections", ""),
        .. new[] { 1_000, 10_000, 100_000, 1_000_000 }.Select(queued =>
            new Figure("growth-redis", Growth.RateAt(queued), FormattableString.Invariant($"Drain of {queued:N0} queued, warm worker, second half"), "tasks/s")),

        // Ten per cent to either side of a middle.
        new("growth-redis", Metrics.Flatness, "Slowest of these to fastest", "×", Goal.RatioAtLeast(0.9 / 1.1)),
        new("growth-redis", Metrics.MemoryGrowth, "Memory after the longest queue to that after the shortest", "×", Goal.RatioAtMost(1.1)),
    ];

    private static Figure Drain(string measurement, string title, double ofCelery, double ofRaw)
        => new(measurement, Metrics.Rate, title, "tasks/s", Goal.AtLeast(ofCelery, Peer.Celery), Goal.AtLeast(ofRaw, Peer.Raw));

    private static Figure Allocated(string measurement, string title)
        => new(measurement, Metrics.Allocated, title, "bytes", Goal.AtMostMore(AllocationSurplus, Peer.Raw));
}
