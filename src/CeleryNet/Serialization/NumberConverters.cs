using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CeleryNet.Serialization;

/// <summary>Writes a double so that Python reads a float.</summary>
internal sealed class PythonFloatConverter : TaggedConverter<double>
{
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => PythonFloat.Write(writer, value);

    protected override double ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String && options.NumberHandling.HasFlag(JsonNumberHandling.AllowReadingFromString)
            ? double.Parse(PythonString.Read(ref reader), NumberStyles.Float, CultureInfo.InvariantCulture)
            : reader.GetDouble();

    protected override double ReadKey(string text) => PythonFloat.TryParseKey(text, out var value) ? value : throw Unfit($"'{text}'");

    protected override string KeyOf(double value) => PythonFloat.Key(value);

    protected override double ReadTagged(ref Utf8JsonReader reader, string type) => type switch
    {
        TypeTag.Float => TagValues.ReadFloat(ref reader),
        TypeTag.Decimal => double.Parse(Text(ref reader), NumberStyles.Float, CultureInfo.InvariantCulture),
        _ => throw Unfit($"a {type}"),
    };
}

/// <inheritdoc cref="PythonFloatConverter" />
internal sealed class PythonSingleConverter : TaggedConverter<float>
{
    // By its own digits: widened as it is, 0.1f would become 0.10000000149011612.
    public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options) => PythonFloat.Write(writer, Widen(value));

    protected override float ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String && options.NumberHandling.HasFlag(JsonNumberHandling.AllowReadingFromString)
            ? float.Parse(PythonString.Read(ref reader), NumberStyles.Float, CultureInfo.InvariantCulture)
            : reader.GetSingle();

    protected override float ReadKey(string text) => PythonFloat.TryParseKey(text, out var value) ? (float)value : throw Unfit($"'{text}'");

    protected override string KeyOf(float value) => PythonFloat.Key(Widen(value));

    protected override float ReadTagged(ref Utf8JsonReader reader, string type) => type switch
    {
        TypeTag.Float => (float)TagValues.ReadFloat(ref reader),
        TypeTag.Decimal => float.Parse(Text(ref reader), NumberStyles.Float, CultureInfo.InvariantCulture),
        _ => throw Unfit($"a {type}"),
    };

    private static double Widen(float value) => double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

/// <summary>Reads a decimal from a number or a text, without a detour over a float.</summary>
internal sealed class DecimalConverter : TaggedConverter<decimal>
{
    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options)
        => TypeTag.Write(writer, TypeTag.Decimal, value.ToString(CultureInfo.InvariantCulture));

    protected override decimal ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.Number ? reader.GetDecimal() : Parse(Text(ref reader));

    protected override decimal ReadKey(string text) => Parse(text);

    protected override string KeyOf(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    protected override decimal ReadTagged(ref Utf8JsonReader reader, string type)
        => type == TypeTag.Decimal ? Parse(Text(ref reader)) : throw Unfit($"a {type}");

    private static decimal Parse(string text)
        => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Unfit($"'{text}'");
}

/// <summary>Integers of any size, as Python has them.</summary>
internal sealed class BigIntegerConverter : TaggedConverter<BigInteger>
{
    public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options)
    {
        var digits = PythonInteger.Format(value);
        if (digits.Length > PythonInteger.MaxDigits)
        {
            throw new JsonException($"An integer has {digits.Length} digits; {PythonInteger.MaxDigits} are allowed, as in Python.");
        }

        writer.WriteRawValue(digits, skipInputValidation: true);
    }

    protected override BigInteger ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.Number && !PythonInteger.IsFloat(reader.ValueSpan) ? PythonInteger.Parse(reader.ValueSpan) : throw Unfit(reader.TokenType.ToString());

    protected override BigInteger ReadKey(string text)
        => BigInteger.TryParse(text.Length <= PythonInteger.MaxDigits + 1 ? text : "", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Unfit($"'{text}'");

    protected override string KeyOf(BigInteger value) => PythonInteger.Format(value);

    protected override BigInteger ReadTagged(ref Utf8JsonReader reader, string type) => throw Unfit($"a {type}");
}

/// <summary>Complex numbers: of pickle only, JSON has no word for them.</summary>
internal sealed class ComplexConverter : TaggedConverter<Complex>
{
    public override void Write(Utf8JsonWriter writer, Complex value, JsonSerializerOptions options) => TagValues.WriteComplex(writer, value);

    protected override Complex ReadPlain(ref Utf8JsonReader reader, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.Number ? new Complex(reader.GetDouble(), 0) : throw Unfit(reader.TokenType.ToString());

    protected override Complex ReadTagged(ref Utf8JsonReader reader, string type)
        => type == TypeTag.Complex ? TagValues.ReadComplex(ref reader) : throw Unfit($"a {type}");
}
