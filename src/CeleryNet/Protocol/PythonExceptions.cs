using System.Reflection;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>Which Python exception a .NET exception stands for, and the other way round.</summary>
internal static class PythonExceptions
{
    private const string Builtins = ExceptionInfo.Builtins;

    /// <summary>The exception as Python should see it. The innermost cause of an <see cref="AggregateException"/> with one stands for it.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="serializerOptions">How the arguments it names itself are written.</param>
    public static ExceptionInfo ToPython(Exception error, JsonSerializerOptions serializerOptions)
    {
        while (error is AggregateException { InnerExceptions: [var only] })
        {
            error = only;
        }

        var (type, module) = error switch
        {
            RemoteTaskException remote => (remote.ExceptionType, remote.ExceptionModule),
            _ when error.GetType().GetCustomAttribute<PythonExceptionAttribute>() is { } named => (named.Type, named.Module),
            TaskArgumentException => ("TypeError", Builtins),
            UnknownTaskException => ("NotRegistered", "celery.exceptions"),
            MalformedMessageException => ("InvalidTaskError", "celery.exceptions"),
            MaxRetriesExceededException => ("MaxRetriesExceededError", "celery.exceptions"),
            TaskRetryException => ("Retry", "celery.exceptions"),
            TaskRejectException => ("Reject", "celery.exceptions"),
            TaskIgnoreException => ("Ignore", "celery.exceptions"),
            ChordException => ("ChordError", "celery.exceptions"),
            TooManyDeliveriesException => ("WorkerLostError", "billiard.exceptions"),
            CelerySerializationException => ("EncodeError", "kombu.exceptions"),
            ArgumentException or FormatException => ("ValueError", Builtins),
            KeyNotFoundException => ("KeyError", Builtins),
            IndexOutOfRangeException => ("IndexError", Builtins),
            InvalidCastException => ("TypeError", Builtins),
            DivideByZeroException => ("ZeroDivisionError", Builtins),
            OverflowException => ("OverflowError", Builtins),
            ArithmeticException => ("ArithmeticError", Builtins),
            NotImplementedException => ("NotImplementedError", Builtins),
            TimeoutException => ("TimeoutError", Builtins),
            FileNotFoundException or DirectoryNotFoundException => ("FileNotFoundError", Builtins),
            UnauthorizedAccessException => ("PermissionError", Builtins),
            EndOfStreamException => ("EOFError", Builtins),
            IOException => ("OSError", Builtins),
            OutOfMemoryException => ("MemoryError", Builtins),
            // Python makes up a class of this name for a module it has not imported.
            _ => (error.GetType().Name, error.GetType().Namespace ?? "dotnet"),
        };
        return error switch
        {
            // What came from elsewhere goes on as it came.
            RemoteTaskException remote => new ExceptionInfo(type, module, remote.Arguments),
            UnknownTaskException unknown => ExceptionInfo.OfText(type, module, unknown.TaskName),
            IPythonException own => new ExceptionInfo(type, module, ReadArguments(own, error, serializerOptions)),
            _ => ExceptionInfo.OfText(type, module, error.Message),
        };
    }

    /// <summary>The stack traces of an exception and all its causes, .NET's and remote ones; null when there is nothing to tell.</summary>
    public static string? Traceback(Exception error)
        => error is { StackTrace: null, InnerException: null } and not RemoteTaskException { Traceback: not null } ? null : error.ToString();

    /// <summary>The well-known .NET exception that stands for a Python one; null when there is none.</summary>
    public static Exception? ToDotNet(ExceptionInfo info) => info.Module is not (Builtins or null) ? null : info.Type switch
    {
        "ValueError" or "UnicodeError" => new ArgumentException(info.PlainMessage),
        "TypeError" => new InvalidCastException(info.PlainMessage),
        "KeyError" => new KeyNotFoundException(info.PlainMessage),
#pragma warning disable CA2201 // The counterpart of IndexError is that very type.
        "IndexError" => new IndexOutOfRangeException(info.PlainMessage),
#pragma warning restore CA2201
        "ZeroDivisionError" => new DivideByZeroException(info.PlainMessage),
        "OverflowError" => new OverflowException(info.PlainMessage),
        "ArithmeticError" or "FloatingPointError" => new ArithmeticException(info.PlainMessage),
        "NotImplementedError" => new NotImplementedException(info.PlainMessage),
        "TimeoutError" => new TimeoutException(info.PlainMessage),
        "FileNotFoundError" => new FileNotFoundException(info.PlainMessage),
        "PermissionError" => new UnauthorizedAccessException(info.PlainMessage),
        "EOFError" => new EndOfStreamException(info.PlainMessage),
        "OSError" or "IOError" => new IOException(info.PlainMessage),
        _ => null,
    };

    private static IReadOnlyList<JsonElement> ReadArguments(IPythonException error, Exception same, JsonSerializerOptions serializerOptions)
    {
        try
        {
            return [.. error.Arguments.Select(argument => ToElement(argument, serializerOptions))];
        }
#pragma warning disable CA1031 // The getter is the user's and may throw anything; the failure has to be stored all the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            return ExceptionInfo.OfText("", null, same.Message).Arguments;
        }
    }

    // What cannot be written is stored as its text, as in Celery. celery/utils/serialization.py ensure_serializable
    private static JsonElement ToElement(object? argument, JsonSerializerOptions serializerOptions)
    {
        try
        {
            var value = argument as TaskValue ?? TaskValue.Of(argument);
            return ExceptionInfo.ToElement(writer => value.Write(writer, serializerOptions));
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return ExceptionInfo.ToElement(writer => PythonString.Write(writer, argument?.ToString() ?? ""));
        }
    }
}
