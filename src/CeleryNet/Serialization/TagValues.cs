using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>The values of those tags that are more than a text.</summary>
internal static class TagValues
{
    // Python's timedelta holds more than a TimeSpan does.
    private const long MaxDays = 10_675_199;

    public static void WriteGuid(Utf8JsonWriter writer, Guid value)
    {
        writer.WriteStartObject();
        writer.WriteString(TypeTag.TypeKey, TypeTag.Uuid);
        writer.WriteStartObject(TypeTag.ValueKey);
        writer.WriteString("hex"u8, value.ToString("N"));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads <c>{"hex": 32 digits}</c>, beside which a version may stand.</summary>
    public static Guid ReadGuid(ref Utf8JsonReader reader)
    {
        Guid? value = null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var isHex = reader.ValueTextEquals("hex"u8);
                reader.Read();
                if (isHex && reader.TokenType == JsonTokenType.String && Guid.TryParse(PythonString.Read(ref reader), out var parsed))
                {
                    value = parsed;
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return value ?? throw new FormatException("the value of a 'uuid' tag is no {\"hex\": 32 digits}");
    }

    public static double ReadFloat(ref Utf8JsonReader reader) => PythonString.Read(ref reader) switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        var text => throw new FormatException($"the value of a 'float' tag is nan, inf or -inf, was '{text}'"),
    };

    public static void WriteTimeSpan(Utf8JsonWriter writer, TimeSpan value)
    {
        // As Python does it, only the days are negative.
        var days = (long)Math.Floor(value.TotalDays);
        var rest = value - TimeSpan.FromDays(days);
        writer.WriteStartObject();
        writer.WriteString(TypeTag.TypeKey, TypeTag.TimeDelta);
        writer.WriteStartArray(TypeTag.ValueKey);
        writer.WriteNumberValue(days);
        writer.WriteNumberValue(rest.Ticks / TimeSpan.TicksPerSecond);
        writer.WriteNumberValue(rest.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static TimeSpan ReadTimeSpan(ref Utf8JsonReader reader)
    {
        Span<long> parts = stackalloc long[3];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw NoTimeDelta();
        }

        for (var i = 0; i < parts.Length; i++)
        {
            reader.Read();
            parts[i] = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var part) ? part : throw NoTimeDelta();
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.EndArray || Math.Abs(parts[0]) >= MaxDays || Math.Abs(parts[1]) > 86_400 || Math.Abs(parts[2]) > 1_000_000)
        {
            throw NoTimeDelta();
        }

        return new TimeSpan((parts[0] * TimeSpan.TicksPerDay) + (parts[1] * TimeSpan.TicksPerSecond) + (parts[2] * TimeSpan.TicksPerMicrosecond));
    }

    public static void WriteComplex(Utf8JsonWriter writer, Complex value)
    {
        writer.WriteStartObject();
        writer.WriteString(TypeTag.TypeKey, TypeTag.Complex);
        writer.WriteStartArray(TypeTag.ValueKey);
        writer.WriteStringValue(PythonFloat.Repr(value.Real));
        writer.WriteStringValue(PythonFloat.Repr(value.Imaginary));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static Complex ReadComplex(ref Utf8JsonReader reader)
    {
        Span<double> parts = stackalloc double[2];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw NoComplex();
        }

        for (var i = 0; i < parts.Length; i++)
        {
            reader.Read();
            parts[i] = reader.TokenType == JsonTokenType.String ? Number(PythonString.Read(ref reader)) : throw NoComplex();
        }

        reader.Read();
        return reader.TokenType == JsonTokenType.EndArray ? new Complex(parts[0], parts[1]) : throw NoComplex();
    }

    private static double Number(string text) => text switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw NoComplex(),
    };

    private static FormatException NoTimeDelta() => new("the value of a 'timedelta' tag is no [days, seconds, microseconds] that fits a TimeSpan");

    private static FormatException NoComplex() => new("the value of a 'complex' tag is no [real, imaginary] of texts");
}
