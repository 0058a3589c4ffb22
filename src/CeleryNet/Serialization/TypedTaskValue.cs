using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CeleryNet.Serialization;

namespace CeleryNet.Extensibility;

internal sealed class TypedTaskValue<T>(T value, bool isSensitive = false) : TaskValue(isSensitive)
{
    public override object? AsObject() => value;

    // The comparisons are constants to the JIT: for the common types nothing is boxed and no metadata looked up.
    public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else if (typeof(T) == typeof(int) && CeleryJson.IsPlain(options))
        {
            writer.WriteNumberValue((int)(object)value);
        }
        else if (typeof(T) == typeof(long) && CeleryJson.IsPlain(options))
        {
            writer.WriteNumberValue((long)(object)value);
        }
        else if (typeof(T) == typeof(bool) && CeleryJson.IsPlain(options))
        {
            writer.WriteBooleanValue((bool)(object)value);
        }
        else if (typeof(T) == typeof(string) && CeleryJson.IsPlain(options))
        {
            PythonString.Write(writer, (string)(object)value);
        }
        else if (typeof(T) == typeof(object))
        {
            // An argument known only at run time is written by what it is.
            JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
        }
        else
        {
            JsonSerializer.Serialize(writer, value, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        }
    }
}
