using System.Globalization;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>What CeleryNet is to reach in a figure.</summary>
/// <param name="Text">In words.</param>
/// <param name="IsRelative">Whether it compares what the same run has measured, so that it holds on any machine.</param>
/// <param name="Measure">What is compared with the bound; null when it was not measured.</param>
/// <param name="IsMet">Whether such a value is good enough.</param>
internal sealed record Goal(string Text, bool IsRelative, Func<Figure, SampleSet, Spread?> Measure, Func<double, bool> IsMet)
{
    /// <summary>Where a ratio is measured other than to the client alone: what the client alone has of it. Null elsewhere.</summary>
    public Func<Figure, SampleSet, Spread?>? MeasureRaw { get; private init; }

    /// <summary>At least so many times what another has in the same round.</summary>
    public static Goal AtLeast(double factor, Peer other) => new(
        Invariant($"≥ {factor:0.###} × {other.Name}"), true, Ratio(other), ratio => ratio >= factor)
    { MeasureRaw = RawRatio(other) };

    /// <summary>At most so many times what another has in the same round.</summary>
    public static Goal AtMost(double factor, Peer other) => new(
        Invariant($"≤ {factor:0.###} × {other.Name}"), true, Ratio(other), ratio => ratio <= factor)
    { MeasureRaw = RawRatio(other) };

    /// <summary>At most so much more than another in the same round.</summary>
    public static Goal AtMostMore(double surplus, Peer other) => new(
        Invariant($"≤ {other.Name} + {surplus:0.##}"),
        true,
        (figure, samples) => samples.Compare(figure, other.Name, (own, others) => own - others),
        more => more <= surplus);

    /// <summary>At most so much, on a machine like the one the goals were made for.</summary>
    public static Goal AtMost(double limit) => new(Invariant($"≤ {limit:0.##}"), false, Own, value => value <= limit);

    /// <summary>A ratio that each turn has measured by itself, at least so much.</summary>
    public static Goal RatioAtLeast(double limit) => new(Invariant($"≥ {limit:0.##}"), true, Own, value => value >= limit) { MeasureRaw = OwnOfRaw };

    /// <summary>A ratio that each turn has measured by itself, at most so much.</summary>
    public static Goal RatioAtMost(double limit) => new(Invariant($"≤ {limit:0.##}"), true, Own, value => value <= limit) { MeasureRaw = OwnOfRaw };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static Func<Figure, SampleSet, Spread?> Ratio(Peer other) => (figure, samples) => samples.Ratio(figure, other.Name);

    private static Func<Figure, SampleSet, Spread?>? RawRatio(Peer other)
        => other == Peer.Raw ? null : (figure, samples) => samples.Compare(figure, Peer.Raw.Name, other.Name, (raw, others) => raw / others);

    private static Spread? Own(Figure figure, SampleSet samples) => Of(Peer.CeleryNet, figure, samples);

    private static Spread? OwnOfRaw(Figure figure, SampleSet samples) => Of(Peer.Raw, figure, samples);

    private static Spread? Of(Peer peer, Figure figure, SampleSet samples)
        => samples.Values(figure, peer.Name) is { Count: > 0 } values ? Spread.Of(values.Values) : null;
}
