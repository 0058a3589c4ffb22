using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;

namespace CeleryNet.Workflows;

/// <summary>A signature as an argument, such as the body of a chord.</summary>
internal sealed class SignatureValue(Signature signature) : TaskValue
{
    public override object AsObject() => signature;

    public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options) => SignatureWriter.Write(writer, signature, options);
}

/// <summary>A list of signatures as an argument, such as the steps of a chain.</summary>
internal sealed class SignatureListValue(IReadOnlyList<Signature> signatures) : TaskValue
{
    public override object AsObject() => signatures;

    public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options) => SignatureWriter.Write(writer, signatures, options);
}

/// <summary>Values as one argument, a list.</summary>
internal sealed class ListValue(IReadOnlyList<TaskValue> items) : TaskValue(items.Any(item => item.IsSensitive))
{
    public override object AsObject() => items;

    public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            item.Write(writer, options);
        }

        writer.WriteEndArray();
    }
}

/// <summary>Values by name as one argument, such as the keyword arguments for the header of a chord.</summary>
internal sealed class MapValue(IReadOnlyList<KeyValuePair<string, TaskValue>> entries) : TaskValue
{
    public IReadOnlyList<KeyValuePair<string, TaskValue>> Entries => entries;

    public override object AsObject() => entries;

    public override void Write(Utf8JsonWriter writer, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in entries)
        {
            PythonString.WriteName(writer, name);
            value.Write(writer, options);
        }

        writer.WriteEndObject();
    }
}
