using System.Reflection;

namespace CeleryNet.Protocol;

/// <summary>Which Python exception a .NET exception stands for, and the other way round.</summary>
internal static class PythonExceptions
{
    private const string Builtins = "builtins";

    /// <summary>The exception as Python should see it. The innermost cause of an <see cref="AggregateException"/> with one stands for it.</summary>
    public static ExceptionInfo ToPython(Exception error)
    {
        error = error is AggregateException { InnerExceptions: [var only] } ? only : error;
        var (type, module) = error switch
        {
            RemoteTaskException remote => (remote.ExceptionType, remote.ExceptionModule),
            _ when error.GetType().GetCustomAttribute<PythonExceptionAttribute>() is { } named => (named.Type, named.Module),
            TaskArgumentException => ("TypeError", Builtins),
            UnknownTaskException => ("NotRegistered", "celery.exceptions"),
            MalformedMessageException => ("InvalidTaskError", "celery.exceptions"),
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
        var message = error switch
        {
            RemoteTaskException remote => remote.ExceptionMessage,
            UnknownTaskException unknown => unknown.TaskName,
            _ => error.Message,
        };
        return new ExceptionInfo(type, module, [message]);
    }

    /// <summary>The well-known .NET exception that stands for a Python one; null when there is none.</summary>
    public static Exception? ToDotNet(ExceptionInfo info) => info.Module is not (Builtins or null) ? null : info.Type switch
    {
        "ValueError" or "UnicodeError" => new ArgumentException(info.Message),
        "TypeError" => new InvalidCastException(info.Message),
        "KeyError" => new KeyNotFoundException(info.Message),
#pragma warning disable CA2201 // The counterpart of IndexError is that very type.
        "IndexError" => new IndexOutOfRangeException(info.Message),
#pragma warning restore CA2201
        "ZeroDivisionError" => new DivideByZeroException(info.Message),
        "OverflowError" => new OverflowException(info.Message),
        "ArithmeticError" or "FloatingPointError" => new ArithmeticException(info.Message),
        "NotImplementedError" => new NotImplementedException(info.Message),
        "TimeoutError" => new TimeoutException(info.Message),
        "FileNotFoundError" => new FileNotFoundException(info.Message),
        "PermissionError" => new UnauthorizedAccessException(info.Message),
        "EOFError" => new EndOfStreamException(info.Message),
        "OSError" or "IOError" => new IOException(info.Message),
        _ => null,
    };
}
