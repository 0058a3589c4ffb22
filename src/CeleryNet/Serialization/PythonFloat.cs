using System.Globalization;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>The look Python gives to a float: the shortest digits that read back the same, an exponent from 1e+16 and below 1e-04.</summary>
internal static class PythonFloat
{
    private const double FirstWithExponent = 1e16;

    /// <summary>Writes a float as <c>json.dumps</c> does: 2.0 stays <c>2.0</c>. NaN and the infinities, which JSON has no word for, become tags.</summary>
    public static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteRawValue(Repr(value), skipInputValidation: true);
        }
        else
        {
            TypeTag.Write(writer, TypeTag.Float, Repr(value));
        }
    }

    /// <summary>A float as a key of a map, where <c>json.dumps</c> puts its words for NaN and the infinities too.</summary>
    public static string Key(double value) => double.IsFinite(value) ? Repr(value) : PythonJson.Word(value);

    /// <summary>Reads a float that is a key of a map.</summary>
    public static bool TryParseKey(string text, out double value)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // Both languages find the same digits; .NET only begins later to write an exponent, at 1E+17, and gives it no leading zero.
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var e = shortest.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            var exponent = int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return string.Create(CultureInfo.InvariantCulture, $"{shortest.AsSpan(0, e)}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        return Math.Abs(value) < FirstWithExponent ? Plain(shortest) : WithExponent(shortest);
    }

    private static string Plain(string digits) => digits.Contains('.', StringComparison.Ordinal) ? digits : digits + ".0";

    // -15000000000000000 is -1.5e+16.
    private static string WithExponent(string integer)
    {
        var sign = integer[0] == '-' ? "-" : "";
        var digits = integer.AsSpan(sign.Length);
        var rest = digits[1..].TrimEnd('0');
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{(rest.IsEmpty ? "" : ".")}{rest}e+{digits.Length - 1}");
    }
}
