using System.Globalization;
using System.Numerics;
using System.Text;

namespace CeleryNet.Pickle.Reading;

/// <summary>Integers of any size, up to the number of digits that Python reads and writes as text.</summary>
internal static class PickleInteger
{
    private const int MaxDigits = 4300;

    private static readonly BigInteger _bound = BigInteger.Pow(10, MaxDigits);

    /// <summary>Reads two's complement, least byte first; no bytes are 0.</summary>
    public static object FromBytes(ReadOnlySpan<byte> bytes)
    {
        // Before a number is made of them: two bytes hold more than four digits.
        if (bytes.Length > MaxDigits / 2)
        {
            throw TooLong();
        }

        var value = new BigInteger(bytes);
        Check(value);
        return IsInt64(value) ? (long)value : (object)value;
    }

    /// <summary>Reads decimal digits, after which protocol 0 may put an <c>L</c>.</summary>
    public static object FromText(ReadOnlySpan<byte> text)
    {
        text = text is [.. var digits, (byte)'L'] ? digits : text;
        if (text.Length > MaxDigits + 1)
        {
            throw TooLong();
        }

        if (!BigInteger.TryParse(Encoding.ASCII.GetString(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw Refusal.Because("an integer of protocol 0 has other characters than digits");
        }

        Check(value);
        return IsInt64(value) ? (long)value : (object)value;
    }

    private static bool IsInt64(BigInteger value) => value >= long.MinValue && value <= long.MaxValue;

    private static void Check(BigInteger value)
    {
        if (BigInteger.Abs(value) >= _bound)
        {
            throw TooLong();
        }
    }

    private static MalformedMessageException TooLong() => Refusal.Because($"an integer has more than the {MaxDigits} digits that are allowed");
}
