namespace CeleryNet.Throughput.Report;

/// <summary>How a goal was met.</summary>
/// <param name="Figure">The figure.</param>
/// <param name="Goal">Its goal.</param>
/// <param name="Reached">What was measured; null when one of those it compares took no part.</param>
internal sealed record Verdict(Figure Figure, Goal Goal, Spread? Reached)
{
    /// <summary>Judged by the median of the rounds.</summary>
    public bool IsMissed => Reached is { } reached && !Goal.IsMet(reached.Median);

    public string Word => Reached is null ? "not measured" : IsMissed ? "MISSED" : "met";

    /// <summary>Judges a figure.</summary>
    public static IEnumerable<Verdict> Of(Figure figure, SampleSet samples) => figure.Goals.Select(goal => new Verdict(figure, goal, goal.Measure(figure, samples)));
}
