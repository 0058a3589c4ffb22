using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CeleryNet.Serialization;

/// <summary>Writes a double so that Python reads a float: 2.0 stays <c>2.0</c>, and NaN and the infinities are Python's literals.</summary>
internal sealed class PythonFloatConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        => WriteFloat(writer, value, value.ToString("R", CultureInfo.InvariantCulture));

    internal static void WriteFloat(Utf8JsonWriter writer, double value, string digits)
    {
        if (double.IsFinite(value))
        {
            writer.WriteRawValue(digits.AsSpan().ContainsAny('.', 'E') ? digits : digits + ".0", skipInputValidation: true);
            return;
        }

        // json.dumps writes these three without quotes, json.loads reads them so; they are not JSON, hence unvalidated.
        writer.WriteRawValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", skipInputValidation: true);
    }
}

/// <inheritdoc cref="PythonFloatConverter" />
internal sealed class PythonSingleConverter : JsonConverter<float>
{
    public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetSingle();

    public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        => PythonFloatConverter.WriteFloat(writer, value, value.ToString("R", CultureInfo.InvariantCulture));
}
