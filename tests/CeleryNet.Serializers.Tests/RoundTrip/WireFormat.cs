using System.Numerics;

namespace CeleryNet.Serializers.Tests.RoundTrip;

/// <summary>The kinds of value that not every format can say.</summary>
[Flags]
public enum WireTypes
{
    None = 0,
    Bytes = 1,
    NaiveDateTimes = 2,
    AwareDateTimes = 4,
    Dates = 8,
    Times = 16,
    TimeSpans = 32,
    Decimals = 64,
    Guids = 128,
    Complex = 256,

    /// <summary>NaN and the infinities.</summary>
    SpecialFloats = 512,

    /// <summary>Strings with half a surrogate pair.</summary>
    HalfPairs = 1024,
    All = 2047,
}

/// <summary>What a format can say, so that no other values are generated for it.</summary>
public sealed record WireFormat
{
    /// <summary>What it can say besides null, booleans, integers, floats, strings, lists and maps.</summary>
    public WireTypes Types { get; init; } = WireTypes.All;

    /// <summary>The least integer.</summary>
    public BigInteger MinInteger { get; init; } = -BigInteger.Pow(10, 60);

    /// <summary>The greatest integer.</summary>
    public BigInteger MaxInteger { get; init; } = BigInteger.Pow(10, 60);
}
