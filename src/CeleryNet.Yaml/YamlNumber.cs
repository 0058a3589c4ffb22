using System.Globalization;
using System.Numerics;

namespace CeleryNet.Yaml;

/// <summary>Numbers as PyYAML builds them. yaml/constructor.py construct_yaml_int, construct_yaml_float</summary>
internal static class YamlNumber
{
    // Python reads no longer decimal ones; the time to read one grows by the square of its length.
    private const int MaxDigits = 4300;
    private const int MaxBits = MaxDigits * 3;

    /// <exception cref="FormatException">It is no integer, or it is too long.</exception>
    public static BigInteger ParseInt(string value)
    {
        var digits = Unsigned(value.Replace("_", "", StringComparison.Ordinal), out var sign);
        return sign * digits switch
        {
            "0" => BigInteger.Zero,
            _ when digits.StartsWith("0b", StringComparison.Ordinal) => ParsePowerOfTwo(digits.AsSpan(2), 1),
            _ when digits.StartsWith("0x", StringComparison.Ordinal) => ParsePowerOfTwo(digits.AsSpan(2), 4),
            ['0', ..] => ParsePowerOfTwo(digits, 3),
            _ when digits.Contains(':', StringComparison.Ordinal) => ParseSexagesimal(digits),
            _ => ParseDecimal(digits),
        };
    }

    /// <exception cref="FormatException">It is no float.</exception>
    public static double ParseFloat(string value)
    {
        var digits = Unsigned(value.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant(), out var sign);
        return sign * digits switch
        {
            ".inf" => double.PositiveInfinity,
            ".nan" => double.NaN,
            _ when digits.Contains(':', StringComparison.Ordinal) => ParseSexagesimalFloat(digits),
            _ => double.Parse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture),
        };
    }

    private static string Unsigned(string value, out int sign)
    {
        sign = value.StartsWith('-') ? -1 : 1;
        return value is ['-' or '+', ..] ? value[1..] : value;
    }

    private static BigInteger ParseDecimal(ReadOnlySpan<char> digits) => digits.Length <= MaxDigits
        ? BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture)
        : throw TooLong(digits.Length);

    private static BigInteger ParsePowerOfTwo(ReadOnlySpan<char> digits, int bits)
    {
        if (digits.Length * bits > MaxBits)
        {
            throw TooLong(digits.Length);
        }

        if (digits.IsEmpty)
        {
            throw new FormatException("it has no digits");
        }

        var number = BigInteger.Zero;
        foreach (var digit in digits)
        {
            var value = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : int.MaxValue;
            number = value < 1 << bits ? (number << bits) + value : throw new FormatException($"'{digit}' is none of its digits");
        }

        return number;
    }

    // 1:30 is 90.
    private static BigInteger ParseSexagesimal(string digits)
    {
        if (digits.Length > MaxDigits)
        {
            throw TooLong(digits.Length);
        }

        var number = BigInteger.Zero;
        foreach (var part in digits.Split(':'))
        {
            number = (number * 60) + ParseDecimal(part);
        }

        return number;
    }

    // From the right, as Python adds them: the order decides the last bit.
    private static double ParseSexagesimalFloat(string digits)
    {
        var number = 0.0;
        var unit = 1.0;
        foreach (var part in digits.Split(':').Reverse())
        {
            number += double.Parse(part, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture) * unit;
            unit *= 60;
        }

        return number;
    }

    private static FormatException TooLong(int length) => new($"an integer of {length} digits is longer than is allowed");
}
