namespace CeleryNet.Throughput.Report;

/// <summary>How a goal was met.</summary>
/// <param name="Figure">The figure.</param>
/// <param name="Goal">Its goal.</param>
/// <param name="Raw">What the client alone has reached of it; null where that is not compared.</param>
/// <param name="Reached">What was measured; null when one of those it compares took no part.</param>
internal sealed record Verdict(Figure Figure, Goal Goal, Spread? Reached, Spread? Raw)
{
    /// <summary>Judged by the median of the rounds.</summary>
    public bool IsMet => Reached is { } reached && Goal.IsMet(reached.Median);

    /// <summary>Whether the client alone, which does nothing but the necessary, has missed it on this machine, too.</summary>
    public bool IsOutOfReach => !IsMet && Raw is { } raw && !Goal.IsMet(raw.Median);

    public bool IsMissed => Reached is not null && !IsMet && !IsOutOfReach;

    public string Word => Reached is null ? "not measured" : IsMet ? "met" : IsOutOfReach ? $"out of reach (raw: {NumberText.Of(Raw.GetValueOrDefault().Median)})" : "MISSED";

    /// <summary>Judges a figure.</summary>
    public static IEnumerable<Verdict> Of(Figure figure, SampleSet samples) => figure.Goals.Select(goal => new Verdict(figure, goal, goal.Measure(figure, samples), goal.MeasureRaw?.Invoke(figure, samples)));
}
