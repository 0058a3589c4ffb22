using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>How a goal was met.</summary>
/// <param name="Figure">The figure.</param>
/// <param name="Goal">Its goal.</param>
/// <param name="Reached">What was measured; null when one of those it compares took no part.</param>
internal sealed record Verdict(Figure Figure, Goal Goal, Spread? Reached)
{
    public bool IsMissed => Reached is { } reached && !Goal.IsMet(reached.Median);

    /// <summary>Judges by the median of the rounds.</summary>
    public static Verdict Of(Figure figure, Goal goal, SampleSet samples)
    {
        return new(figure, goal, goal.Measure(ValuesOf(Peer.CeleryNet.Name), ValuesOf));

        IReadOnlyDictionary<int, double> ValuesOf(string peer) => samples.Values(figure.Measurement, figure.Metric, peer);
    }
}
