using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>
/// An exception as result documents carry it: <c>{"exc_type": qualified name, "exc_message": [args…], "exc_module": module}</c>.
/// celery/backends/base.py Backend.prepare_exception, exception_to_python
/// </summary>
/// <param name="Type">The name of the class with its outer classes, joined by dots.</param>
/// <param name="Module">The module of the class; null when it is not known.</param>
/// <param name="Arguments">Python's <c>exc.args</c>, any values.</param>
internal sealed record ExceptionInfo(string Type, string? Module, IReadOnlyList<JsonElement> Arguments)
{
    public const string Builtins = "builtins";

    // What stands in for an exception that cannot be pickled. celery/utils/serialization.py
    private const string Wrapper = "UnpickleableExceptionWrapper";

    // These show an errno and its text in a way of their own. Objects/exceptions.c OSError_str
    private static readonly FrozenSet<string> _osErrors = FrozenSet.Create(
        StringComparer.Ordinal,
        "OSError", "IOError", "EnvironmentError", "BlockingIOError", "ChildProcessError", "ConnectionError", "BrokenPipeError", "ConnectionAbortedError",
        "ConnectionRefusedError", "ConnectionResetError", "FileExistsError", "FileNotFoundError", "InterruptedError", "IsADirectoryError",
        "NotADirectoryError", "PermissionError", "ProcessLookupError", "TimeoutError");

    /// <summary>The text Python shows for it, <c>str(exc)</c>: nothing, the argument if there is one, else the tuple of them.</summary>
    public string Message => Arguments switch
    {
        [] => "",
        [var key] when Type == "KeyError" && IsBuiltin => PythonRepr.Repr(key),
        [var only] => PythonRepr.Str(only),
        [var errno, var text] when _osErrors.Contains(Type) && IsBuiltin => $"[Errno {PythonRepr.Str(errno)}] {PythonRepr.Str(text)}",
        [var errno, var text, var file] when _osErrors.Contains(Type) && IsBuiltin
            => $"[Errno {PythonRepr.Str(errno)}] {PythonRepr.Str(text)}: {PythonRepr.Repr(file)}",
        _ => PythonRepr.Tuple(Arguments),
    };

    /// <summary>The argument itself if there is just one: what a .NET exception would have as its message.</summary>
    public string PlainMessage => Arguments is [var only] ? PythonRepr.Str(only) : Message;

    /// <summary>What Python shows of it to programmers, <c>repr(exc)</c>: the name of its class and its arguments.</summary>
    public string Repr => $"{Type[(Type.LastIndexOf('.') + 1)..]}({string.Join(", ", Arguments.Select(PythonRepr.Repr))})";

    private bool IsBuiltin => Module is Builtins or null;

    /// <summary>An exception whose arguments are texts.</summary>
    public static ExceptionInfo OfText(string type, string? module, params IEnumerable<string> arguments)
        => new(type, module, [.. arguments.Select(argument => ToElement(writer => PythonString.Write(writer, argument)))]);

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
            return OfText("Exception", Builtins, Encoding.UTF8.GetString(meta.Result.Span));
        }

        if (result.ValueKind != JsonValueKind.Object || !result.TryGetProperty("exc_type", out var type))
        {
            return result.ValueKind == JsonValueKind.Undefined ? OfText("Exception", Builtins, "") : new ExceptionInfo("Exception", Builtins, [result]);
        }

        var module = result.TryGetProperty("exc_module", out var m) && m.ValueKind == JsonValueKind.String ? PythonRepr.Str(m) : null;
        IReadOnlyList<JsonElement> arguments = !result.TryGetProperty("exc_message", out var message) || message.ValueKind == JsonValueKind.Null
            ? []
            : message.ValueKind == JsonValueKind.Array ? [.. message.EnumerateArray()] : [message];
        var info = new ExceptionInfo(PythonRepr.Str(type), module, arguments);
        return info.Type == Wrapper ? info.Unwrap() : info;
    }

    /// <summary>The same exception with the texts of its arguments in place of them, which every serializer can write.</summary>
    public ExceptionInfo InTexts() => OfText(Type, Module, Arguments.Select(argument => PythonString.ToWellFormed(PythonRepr.Str(argument))));

    /// <summary>The same exception with the beginning of its text as its one argument.</summary>
    public ExceptionInfo Shortened(int characters)
        => OfText(Type, Module, Message.Length <= characters ? PythonString.ToWellFormed(Message) : PythonString.ToWellFormed(Message[..characters]) + "…");

    /// <summary>Writes the exception's JSON object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("exc_type", Type);
        writer.WriteStartArray("exc_message");
        foreach (var argument in Arguments)
        {
            // As it came: a number keeps its digits, a string the half surrogate pair it may hold.
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(argument), skipInputValidation: true);
        }

        writer.WriteEndArray();
        writer.WriteString("exc_module", Module);
        writer.WriteEndObject();
    }

    public RemoteTaskException ToException(ResultMeta meta)
        => new(meta.TaskId, meta.State, Type, Module, Message, Arguments, meta.Traceback, PythonExceptions.ToDotNet(this));

    /// <summary>What a function writes, as an element.</summary>
    public static JsonElement ToElement(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            write(writer);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    // (module, name, args, text) of the exception meant. celery/utils/serialization.py UnpickleableExceptionWrapper.restore
    private ExceptionInfo Unwrap() => Arguments switch
    {
        [var module, { ValueKind: JsonValueKind.String } name, { ValueKind: JsonValueKind.Array } args, ..]
            => new(PythonRepr.Str(name), module.ValueKind == JsonValueKind.String ? PythonRepr.Str(module) : null, [.. args.EnumerateArray()]),
        _ => this,
    };
}
