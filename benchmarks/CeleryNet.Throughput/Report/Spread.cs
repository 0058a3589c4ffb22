namespace CeleryNet.Throughput.Report;

/// <summary>The middle and the ends of some values.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    /// <summary>Of one value or more.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return new Spread(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }
}
