using CeleryNet.Throughput.Measurements;

namespace CeleryNet.Throughput.Report;

/// <summary>Figures that are shown together.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Shows">Whether a figure belongs to it.</param>
/// <param name="SharesScale">Whether bars can be compared from one figure to the next; otherwise each figure fills the width.</param>
internal sealed record Chart(string File, string Title, Func<Figure, bool> Shows, bool SharesScale = false)
{
    /// <summary>All charts.</summary>
    public static IReadOnlyList<Chart> All { get; } =
    [
        new("drain-redis.svg", "A worker empties a queue of Redis", figure => IsRateOf("drain-redis", figure)),
        new("drain-rabbitmq.svg", "A worker empties a queue of RabbitMQ", figure => IsRateOf("drain-rabbitmq", figure)),
        new("publish.svg", "A client sends calls", figure => IsRateOf("publish", figure)),
        new("roundtrip.svg", "From a call to its result", figure => figure.Measurement.StartsWith("roundtrip", StringComparison.Ordinal)),
        new("waiting-start.svg", "Tasks that wait, a start, and a worker without work", IsOfWaitingOrStart),
        new("growth.svg", "Queues of several lengths", figure => figure.Metric.StartsWith("rate-", StringComparison.Ordinal), SharesScale: true),
    ];

    private static bool IsRateOf(string measurement, Figure figure)
        => figure.Metric == Metrics.Rate && figure.Measurement.StartsWith(measurement, StringComparison.Ordinal);

    private static bool IsOfWaitingOrStart(Figure figure)
        => figure.Measurement is "waiting-redis" or "start-redis" || (figure.Measurement == "idle-redis" && figure.Metric == Metrics.Memory);
}
