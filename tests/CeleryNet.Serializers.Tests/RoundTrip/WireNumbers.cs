using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace CeleryNet.Serializers.Tests.RoundTrip;

/// <summary>Integers up to a format's limits, and floats.</summary>
internal static class WireNumbers
{
    private static readonly double[] _odd =
    [
        0.0, -0.0, 1.0, -1.0, 0.1, 100.0, 1e15, 1e16, 123456789012345680.0, 1e17, 1e22, 1e23, 1e-4, 1e-5, 1.5e-7, 1e100, -2.5e-300, double.Epsilon,
        double.MaxValue, double.MinValue, 2.2250738585072014e-308, 9007199254740993.0, 5e-324,
    ];

    /// <summary><see cref="long"/> where it fits, else <see cref="BigInteger"/>, as <c>WireJson</c> gives them.</summary>
    public static Gen<object?> Integers(WireFormat format)
    {
        var small = Gen.Choose(-300, 300).Select(value => new BigInteger(value));
        var powers =
            from exponent in Gen.Choose(0, 200)
            from beside in Gen.Choose(-1, 1)
            from sign in Gen.Elements(1, -1)
            select sign * (BigInteger.Pow(2, exponent) + beside);
        var any = Gen.Choose(1, 25).SelectMany(WireValues.Bytes).Select(bytes => new BigInteger(bytes));
        var limits = Gen.Elements(format.MinInteger, format.MaxInteger);
        return Gen.OneOf(small, powers, any, limits).Select(value => (object?)Within(value, format));
    }

    public static Gen<double> Floats(WireFormat format)
    {
        var any = WireValues.Bytes(8).Select(bytes => BitConverter.ToDouble(bytes)).Where(double.IsFinite);
        var plain = Gen.Zip(Gen.Choose(-1_000_000, 1_000_000), Gen.Elements(1.0, 10.0, 1000.0, 1e9)).Select(parts => parts.Item1 / parts.Item2);
        var finite = Gen.OneOf(Gen.Elements(_odd), any, plain);
        return format.Types.HasFlag(WireTypes.SpecialFloats)
            ? Gen.Frequency((6, finite), (1, Gen.Elements(double.NaN, double.PositiveInfinity, double.NegativeInfinity)))
            : finite;
    }

    private static object Within(BigInteger value, WireFormat format)
    {
        var within = value > format.MaxInteger ? value % (format.MaxInteger + 1) : value < format.MinInteger ? value % (format.MinInteger - 1) : value;
        if (within >= long.MinValue && within <= long.MaxValue)
        {
            return (long)within;
        }

        return within;
    }
}
