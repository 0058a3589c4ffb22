using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CeleryNet.Serialization;

/// <summary>Writes a double so that Python reads a float.</summary>
internal sealed class PythonFloatConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => PythonFloat.Write(writer, value);
}

/// <inheritdoc cref="PythonFloatConverter" />
internal sealed class PythonSingleConverter : JsonConverter<float>
{
    public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetSingle();

    // By its own digits: widened as it is, 0.1f would become 0.10000000149011612.
    public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        => PythonFloat.Write(writer, double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
}
