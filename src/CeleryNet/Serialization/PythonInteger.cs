using System.Globalization;
using System.Numerics;
using System.Text;

namespace CeleryNet.Serialization;

/// <summary>Integers of any size.</summary>
internal static class PythonInteger
{
    /// <summary>More digits than this are refused, as Python refuses them: to read a number takes time by the square of its length.</summary>
    public const int MaxDigits = 4300;

    /// <exception cref="FormatException">It is no integer, or it is too long.</exception>
    public static BigInteger Parse(ReadOnlySpan<byte> digits) => digits.Length <= MaxDigits + 1
        ? BigInteger.Parse(Encoding.ASCII.GetString(digits), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        : throw new FormatException($"An integer has {digits.Length} digits; {MaxDigits} are allowed, as in Python.");

    public static string Format(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a JSON number is a float to Python: it has a fraction or an exponent.</summary>
    public static bool IsFloat(ReadOnlySpan<byte> number) => number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0;
}
