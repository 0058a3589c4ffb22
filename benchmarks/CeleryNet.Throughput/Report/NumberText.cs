using System.Globalization;

namespace CeleryNet.Throughput.Report;

/// <summary>Numbers for people.</summary>
internal static class NumberText
{
    /// <summary>With as many places as its size is worth.</summary>
    public static string Of(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };

    /// <summary>The median of a ratio; empty when there is none, or when the other had nothing.</summary>
    public static string Of(Spread? ratio) => ratio is { Median: < double.PositiveInfinity } known ? Of(known.Median) : "";
}
