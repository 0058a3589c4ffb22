using System.Text.Json;

namespace CeleryNet.Protocol;

/// <summary>
/// An exception as result documents carry it: <c>{"exc_type": qualified name, "exc_message": [args…], "exc_module": module}</c>.
/// celery/backends/base.py Backend.prepare_exception, exception_to_python
/// </summary>
internal sealed record ExceptionInfo(string Type, string? Module, IReadOnlyList<string> Arguments)
{
    /// <summary>The text Python shows for it: the argument if there is one, else the tuple of them.</summary>
    public string Message => Arguments.Count switch
    {
        0 => "",
        1 => Arguments[0],
        _ => "(" + string.Join(", ", Arguments) + ")",
    };

    /// <summary>Reads the exception out of a result; a result of another form becomes an exception with that text.</summary>
    public static ExceptionInfo Read(ResultMeta meta)
    {
        JsonElement result;
        try
        {
            result = meta.ReadResult();
        }
        catch (JsonException)
        {
            return new ExceptionInfo("Exception", "builtins", [System.Text.Encoding.UTF8.GetString(meta.Result.Span)]);
        }

        if (result.ValueKind != JsonValueKind.Object || !result.TryGetProperty("exc_type", out var type))
        {
            return new ExceptionInfo("Exception", "builtins", [result.ValueKind == JsonValueKind.Undefined ? "" : Text(result)]);
        }

        var module = result.TryGetProperty("exc_module", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString() : null;
        IReadOnlyList<string> arguments = !result.TryGetProperty("exc_message", out var message) || message.ValueKind == JsonValueKind.Null
            ? []
            : message.ValueKind == JsonValueKind.Array ? [.. message.EnumerateArray().Select(Text)] : [Text(message)];
        return new ExceptionInfo(Text(type), module, arguments);
    }

    /// <summary>Writes the exception's JSON object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("exc_type", Type);
        writer.WriteStartArray("exc_message");
        foreach (var argument in Arguments)
        {
            writer.WriteStringValue(argument);
        }

        writer.WriteEndArray();
        writer.WriteString("exc_module", Module);
        writer.WriteEndObject();
    }

    public RemoteTaskException ToException(ResultMeta meta) => new(meta.TaskId, meta.State, Type, Module, Message, meta.Traceback, PythonExceptions.ToDotNet(this));

    private static string Text(JsonElement element)
        => element.ValueKind == JsonValueKind.String ? element.GetString() ?? "" : element.GetRawText();
}
