using System.Buffers;
using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;

namespace CeleryNet.Tests.Protocol;

public sealed class ExceptionInfoTests
{
    public static TheoryData<Exception, string, string> DotNetToPython { get; } = new()
    {
        { new ArgumentException("m"), "ValueError", "builtins" },
        { new ArgumentOutOfRangeException(null, "m"), "ValueError", "builtins" },
        { new FormatException("m"), "ValueError", "builtins" },
        { new KeyNotFoundException("m"), "KeyError", "builtins" },
#pragma warning disable CA2201 // The counterparts of IndexError and MemoryError.
        { new IndexOutOfRangeException("m"), "IndexError", "builtins" },
        { new OutOfMemoryException("m"), "MemoryError", "builtins" },
#pragma warning restore CA2201
        { new InvalidCastException("m"), "TypeError", "builtins" },
        { new TaskArgumentException("m"), "TypeError", "builtins" },
        { new DivideByZeroException("m"), "ZeroDivisionError", "builtins" },
        { new OverflowException("m"), "OverflowError", "builtins" },
        { new ArithmeticException("m"), "ArithmeticError", "builtins" },
        { new NotImplementedException("m"), "NotImplementedError", "builtins" },
        { new TimeoutException("m"), "TimeoutError", "builtins" },
        { new FileNotFoundException("m"), "FileNotFoundError", "builtins" },
        { new DirectoryNotFoundException("m"), "FileNotFoundError", "builtins" },
        { new UnauthorizedAccessException("m"), "PermissionError", "builtins" },
        { new EndOfStreamException("m"), "EOFError", "builtins" },
        { new IOException("m"), "OSError", "builtins" },
        { new MalformedMessageException("m"), "InvalidTaskError", "celery.exceptions" },
        { new CelerySerializationException("m"), "EncodeError", "kombu.exceptions" },
        { new UnknownTaskException("m", "Task 'm' is not registered."), "NotRegistered", "celery.exceptions" },
        { new InvalidOperationException("m"), "InvalidOperationException", "System" },
        { new OwnException("m"), "OwnException", "CeleryNet.Tests.Protocol" },
        { new NamedException("m"), "Missing.Key", "shop.errors" },
        { new DerivedException("m"), "Missing.Key", "shop.errors" },
        { new BuiltinNamedException("m"), "LookupError", "builtins" },
        { new AggregateException(new FormatException("m")), "ValueError", "builtins" },
        { new AggregateException(new AggregateException(new NamedException("m"))), "Missing.Key", "shop.errors" },
        { new RemoteTaskException("1", TaskState.Failure, "Outer.Error", "their.module", "m", "traceback", null), "Outer.Error", "their.module" },
        { new RemoteTaskException("1", TaskState.Failure, "Error", null, "m", null, null), "Error", null! },
        { new AggregateException(new RemoteTaskException("1", TaskState.Failure, "KeyError", "builtins", "m", null, null)), "KeyError", "builtins" },
    };

    [Theory]
    [MemberData(nameof(DotNetToPython))]
    public void Exception_gets_the_name_python_knows_it_by(Exception error, string type, string? module)
    {
        var info = PythonExceptions.ToPython(error);

        info.Type.ShouldBe(type);
        info.Module.ShouldBe(module);
        info.Arguments.ShouldBe(["m"]);
    }

    [Fact]
    public void Several_causes_stay_together()
    {
        var info = PythonExceptions.ToPython(new AggregateException("Two.", new FormatException("a"), new FormatException("b")));

        info.Type.ShouldBe("AggregateException");
        info.Module.ShouldBe("System");
        info.Message.ShouldBe("Two. (a) (b)");
    }

    [Theory]
    [InlineData("ValueError", typeof(ArgumentException))]
    [InlineData("UnicodeError", typeof(ArgumentException))]
    [InlineData("TypeError", typeof(InvalidCastException))]
    [InlineData("KeyError", typeof(KeyNotFoundException))]
    [InlineData("IndexError", typeof(IndexOutOfRangeException))]
    [InlineData("ZeroDivisionError", typeof(DivideByZeroException))]
    [InlineData("OverflowError", typeof(OverflowException))]
    [InlineData("ArithmeticError", typeof(ArithmeticException))]
    [InlineData("FloatingPointError", typeof(ArithmeticException))]
    [InlineData("NotImplementedError", typeof(NotImplementedException))]
    [InlineData("TimeoutError", typeof(TimeoutException))]
    [InlineData("FileNotFoundError", typeof(FileNotFoundException))]
    [InlineData("PermissionError", typeof(UnauthorizedAccessException))]
    [InlineData("EOFError", typeof(EndOfStreamException))]
    [InlineData("OSError", typeof(IOException))]
    [InlineData("IOError", typeof(IOException))]
    public void Builtin_of_python_has_a_counterpart_here(string type, Type counterpart)
    {
        var error = PythonExceptions.ToDotNet(new ExceptionInfo(type, "builtins", ["m"])).ShouldNotBeNull();

        error.GetType().ShouldBe(counterpart);
        error.Message.ShouldBe("m");
        PythonExceptions.ToDotNet(new ExceptionInfo(type, null, ["m"])).ShouldNotBeNull().GetType().ShouldBe(counterpart);
        PythonExceptions.ToDotNet(new ExceptionInfo(type, "their.module", ["m"])).ShouldBeNull();
    }

    [Theory]
    [InlineData("RuntimeError")]
    [InlineData("Exception")]
    [InlineData("valueerror")]
    public void Other_builtins_have_none(string type) => PythonExceptions.ToDotNet(new ExceptionInfo(type, "builtins", [])).ShouldBeNull();

    [Theory]
    [InlineData("""{"exc_type": "ValueError", "exc_message": ["bad"], "exc_module": "builtins"}""", "ValueError", "builtins", "bad")]
    [InlineData("""{"exc_type": "E", "exc_message": ["a", 5, null], "exc_module": "m"}""", "E", "m", "(a, 5, null)")]
    [InlineData("""{"exc_type": "E", "exc_message": [], "exc_module": "m"}""", "E", "m", "")]
    [InlineData("""{"exc_type": "E", "exc_message": "text", "exc_module": null}""", "E", null, "text")]
    [InlineData("""{"exc_type": "E", "exc_message": null}""", "E", null, "")]
    [InlineData("""{"exc_type": "E"}""", "E", null, "")]
    [InlineData("""{"other": 1}""", "Exception", "builtins", """{"other": 1}""")]
    [InlineData("\"just a text\"", "Exception", "builtins", "just a text")]
    [InlineData("[1]", "Exception", "builtins", "[1]")]
    [InlineData("NaN", "Exception", "builtins", "NaN")]
    [InlineData("", "Exception", "builtins", "")]
    public void Stored_failure_of_any_form_is_read_as_an_exception(string result, string type, string? module, string message)
    {
        var info = ExceptionInfo.Read(new ResultMeta("1", TaskState.Failure) { Result = Encoding.UTF8.GetBytes(result) });

        info.Type.ShouldBe(type);
        info.Module.ShouldBe(module);
        info.Message.ShouldBe(message);
    }

    [Fact]
    public void Exception_is_written_as_celery_stores_it()
    {
        TextOf(new ExceptionInfo("ValueError", "builtins", ["a", "b"])).ShouldBe("""{"exc_type":"ValueError","exc_message":["a","b"],"exc_module":"builtins"}""");
        TextOf(new ExceptionInfo("E", null, [])).ShouldBe("""{"exc_type":"E","exc_message":[],"exc_module":null}""");
    }

    [Fact]
    public void Exception_comes_back_as_its_counterpart_with_all_the_remote_side_said()
    {
        var stored = new ResultMeta("id-1", TaskState.Failure)
        {
            Result = Encoding.UTF8.GetBytes(TextOf(PythonExceptions.ToPython(new DivideByZeroException("m")))),
            Traceback = "Traceback …",
        };

        var error = ExceptionInfo.Read(stored).ToException(stored);

        error.Message.ShouldBe("Task id-1 ended in FAILURE: ZeroDivisionError: m");
        error.TaskId.Value.ShouldBe("id-1");
        error.State.ShouldBe(TaskState.Failure);
        error.ExceptionType.ShouldBe("ZeroDivisionError");
        error.ExceptionModule.ShouldBe("builtins");
        error.ExceptionMessage.ShouldBe("m");
        error.Traceback.ShouldBe("Traceback …");
        error.InnerException.ShouldBeOfType<DivideByZeroException>();
    }

    private static string TextOf(ExceptionInfo info)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            info.Write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private sealed class OwnException(string message) : Exception(message);

    [PythonException("Missing.Key", Module = "shop.errors")]
    private class NamedException(string message) : Exception(message);

    private sealed class DerivedException(string message) : NamedException(message);

    [PythonException("LookupError")]
    private sealed class BuiltinNamedException(string message) : ArgumentException(message);
}
