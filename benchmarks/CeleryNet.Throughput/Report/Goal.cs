using System.Globalization;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>What CeleryNet is to reach in a figure.</summary>
/// <param name="Text">In words.</param>
/// <param name="IsRelative">Whether it compares what the same run has measured, so that it holds on any machine.</param>
/// <param name="Measure">
/// What is compared with the bound, of CeleryNet's values by rounds and those of others; null when one of them was not measured.
/// </param>
/// <param name="IsMet">Whether such a value is good enough.</param>
internal sealed record Goal(
    string Text,
    bool IsRelative,
    Func<IReadOnlyDictionary<int, double>, Func<string, IReadOnlyDictionary<int, double>>, Spread?> Measure,
    Func<double, bool> IsMet)
{
    /// <summary>At least so many times what another has in the same round.</summary>
    public static Goal AtLeast(double factor, Peer other) => new(
        string.Create(CultureInfo.InvariantCulture, $"≥ {factor:0.###} × {other.Name}"), true, Ratio(other), ratio => ratio >= factor);

    /// <summary>At most so many times what another has in the same round.</summary>
    public static Goal AtMost(double factor, Peer other) => new(
        string.Create(CultureInfo.InvariantCulture, $"≤ {factor:0.###} × {other.Name}"), true, Ratio(other), ratio => ratio <= factor);

    /// <summary>At most so much more than another in the same round.</summary>
    public static Goal AtMostMore(double surplus, Peer other) => new(
        string.Create(CultureInfo.InvariantCulture, $"≤ {other.Name} + {surplus:0.##}"), true, Pairwise(other, (mine, others) => mine - others), more => more <= surplus);

    /// <summary>At most so much, on a machine like the one the goals were made for.</summary>
    public static Goal AtMost(double limit) => new(string.Create(CultureInfo.InvariantCulture, $"≤ {limit:0.##}"), false, Own, value => value <= limit);

    /// <summary>A ratio that one turn has measured by itself, at least so much.</summary>
    public static Goal RatioAtLeast(double limit) => new(string.Create(CultureInfo.InvariantCulture, $"≥ {limit:0.##}"), true, Own, value => value >= limit);

    /// <summary>A ratio that one turn has measured by itself, at most so much.</summary>
    public static Goal RatioAtMost(double limit) => new(string.Create(CultureInfo.InvariantCulture, $"≤ {limit:0.##}"), true, Own, value => value <= limit);

    private static Spread? Own(IReadOnlyDictionary<int, double> mine, Func<string, IReadOnlyDictionary<int, double>> others)
        => mine.Count > 0 ? Spread.Of(mine.Values) : null;

    private static Func<IReadOnlyDictionary<int, double>, Func<string, IReadOnlyDictionary<int, double>>, Spread?> Ratio(Peer other)
        => Pairwise(other, (mine, others) => mine / others);

    // Within a round only: absolute numbers drift from one to the next.
    private static Func<IReadOnlyDictionary<int, double>, Func<string, IReadOnlyDictionary<int, double>>, Spread?> Pairwise(
        Peer other, Func<double, double, double> compare)
        => (mine, others) =>
        {
            var theirs = others(other.Name);
            double[] compared = [.. mine.Where(own => theirs.ContainsKey(own.Key)).Select(own => compare(own.Value, theirs[own.Key]))];
            return compared.Length > 0 ? Spread.Of(compared) : null;
        };
}
