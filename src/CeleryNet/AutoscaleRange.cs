using System.Globalization;

namespace CeleryNet;

/// <summary>Between how many slots a worker grows and shrinks by itself.</summary>
/// <param name="Max">The most slots; up to 65,535.</param>
/// <param name="Min">The fewest slots; at least 1.</param>
/// <remarks>In Celery's order, as in <c>--autoscale=max,min</c>.</remarks>
public readonly record struct AutoscaleRange(int Max, int Min)
{
    internal bool IsValid => Min >= 1 && Min <= Max && Max <= 65_535;

    /// <summary>As Celery writes it: <c>max,min</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Max},{Min}");
}
