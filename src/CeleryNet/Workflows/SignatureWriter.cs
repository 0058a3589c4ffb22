using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Workflows;

/// <summary>
/// Writes a signature as it is in messages: <c>{"task", "args", "kwargs", "options", "subtask_type", "immutable"}</c> and what others added.
/// celery/canvas.py Signature.__init__
/// </summary>
internal static class SignatureWriter
{
    public static void Write(Utf8JsonWriter writer, Signature signature, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("task", signature.TaskName);
        writer.WriteStartArray("args");
        foreach (var argument in signature.Args)
        {
            argument.Write(writer, options);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("kwargs");
        foreach (var (name, argument) in signature.Kwargs)
        {
            PythonString.WriteName(writer, name);
            argument.Write(writer, options);
        }

        writer.WriteEndObject();
        writer.WritePropertyName("options");
        SignatureOptionsWriter.Write(writer, signature.Kind == SignatureKind.Call ? HiddenArguments.ForSensitive(signature) : signature.Options, options);
        writer.WriteString("subtask_type", signature.Kind switch
        {
            SignatureKind.Chain => "chain",
            SignatureKind.Group => "group",
            SignatureKind.Chord => "chord",
            _ => null,
        });
        writer.WriteBoolean("immutable", signature.IsImmutable);
        foreach (var (name, json) in signature.Parts?.Unknown ?? [])
        {
            PythonString.WriteName(writer, name);
            writer.WriteRawValue(json.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Signature> signatures, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var signature in signatures)
        {
            Write(writer, signature, options);
        }

        writer.WriteEndArray();
    }

    /// <summary>What a message says of the time after its task.</summary>
    public static TaskEmbed ToEmbed(WorkflowOptions workflow, JsonSerializerOptions options) => workflow is { Links: null, ErrorLinks: null, Chain: null, Chord: null }
        ? TaskEmbed.Empty
        : new TaskEmbed(
            ToJson(workflow.Links, options),
            ToJson(workflow.ErrorLinks, options),
            ToJson(workflow.Chain, options),
            workflow.Chord is { } chord ? ToJson(chord, options) : default);

    public static ReadOnlyMemory<byte> ToJson(Signature signature, JsonSerializerOptions options) => ToJson(writer => Write(writer, signature, options), options);

    private static ReadOnlyMemory<byte> ToJson(IReadOnlyList<Signature>? signatures, JsonSerializerOptions options)
        => signatures is null or [] ? default : ToJson(writer => Write(writer, signatures, options), options);

    private static ReadOnlyMemory<byte> ToJson(Action<Utf8JsonWriter> write, JsonSerializerOptions options)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        try
        {
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = options.Encoder, SkipValidation = true });
            write(writer);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new CelerySerializationException($"A signature of the workflow cannot be written as JSON: {error.Message}", error);
        }

        return buffer.WrittenMemory;
    }
}
