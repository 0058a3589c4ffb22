using System.Buffers;
using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Protocol;

public sealed class ExceptionInfoTests
{
    private static readonly JsonSerializerOptions _options = CeleryJson.Complete(null);

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
        { new RemoteTaskException("1", TaskState.Failure, "Outer.Error", "their.module", "m", Texts("m"), "traceback", null), "Outer.Error", "their.module" },
        { new RemoteTaskException("1", TaskState.Failure, "Error", null, "m", Texts("m"), null, null), "Error", null! },
        { new AggregateException(new RemoteTaskException("1", TaskState.Failure, "KeyError", "builtins", "'m'", Texts("m"), null, null)), "KeyError", "builtins" },
    };

    [Theory]
    [MemberData(nameof(DotNetToPython))]
    public void Exception_gets_the_name_python_knows_it_by(Exception error, string type, string? module)
    {
        var info = PythonExceptions.ToPython(error, _options);

        info.Type.ShouldBe(type);
        info.Module.ShouldBe(module);
        info.Arguments.Select(argument => argument.GetRawText()).ShouldBe(["\"m\""]);
    }

    [Fact]
    public void Several_causes_stay_together()
    {
        var info = PythonExceptions.ToPython(new AggregateException("Two.", new FormatException("a"), new FormatException("b")), _options);

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
        var error = PythonExceptions.ToDotNet(ExceptionInfo.OfText(type, "builtins", "m")).ShouldNotBeNull();

        error.GetType().ShouldBe(counterpart);
        error.Message.ShouldBe("m");
        PythonExceptions.ToDotNet(ExceptionInfo.OfText(type, null, "m")).ShouldNotBeNull().GetType().ShouldBe(counterpart);
        PythonExceptions.ToDotNet(ExceptionInfo.OfText(type, "their.module", "m")).ShouldBeNull();
    }

    [Theory]
    [InlineData("RuntimeError")]
    [InlineData("Exception")]
    [InlineData("valueerror")]
    public void Other_builtins_have_none(string type) => PythonExceptions.ToDotNet(new ExceptionInfo(type, "builtins", [])).ShouldBeNull();

    [Theory]
    [InlineData("""{"exc_type": "ValueError", "exc_message": ["bad"], "exc_module": "builtins"}""", "ValueError", "builtins", "bad")]
    [InlineData("""{"exc_type": "E", "exc_message": ["a", 5, null], "exc_module": "m"}""", "E", "m", "('a', 5, None)")]
    [InlineData("""{"exc_type": "E", "exc_message": [], "exc_module": "m"}""", "E", "m", "")]
    [InlineData("""{"exc_type": "E", "exc_message": "text", "exc_module": null}""", "E", null, "text")]
    [InlineData("""{"exc_type": "E", "exc_message": null}""", "E", null, "")]
    [InlineData("""{"exc_type": "E"}""", "E", null, "")]
    [InlineData("""{"other": 1}""", "Exception", "builtins", "{'other': 1}")]
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

    [Theory]
    [InlineData("UnpickleableExceptionWrapper", """["shop.errors", "OutOfStock", ["A-7", 3], "OutOfStock('A-7', 3)"]""", "OutOfStock", "shop.errors", "('A-7', 3)")]
    [InlineData("UnpickleableExceptionWrapper", """[null, "Odd", [], null]""", "Odd", null, "")]
    [InlineData("UnpickleableExceptionWrapper", """["a", "b"]""", "UnpickleableExceptionWrapper", "celery.utils.serialization", "('a', 'b')")]
    public void Stand_in_of_an_exception_that_cannot_be_pickled_is_read_as_the_one_it_stands_for(
        string type, string arguments, string expected, string? module, string message)
    {
        var info = Read($$"""{"exc_type": "{{type}}", "exc_message": {{arguments}}, "exc_module": "celery.utils.serialization"}""");

        (info.Type, info.Module, info.Message).ShouldBe((expected, module, message));
    }

    [Fact]
    public void Arguments_are_kept_as_they_came_for_the_next_reader()
    {
        const string Stored = """{"exc_type":"Outer.Inner","exc_message":[2.50,123456789012345678901234567890,"\ud800",null,[1,{"a":[true]}],{"__type__":"decimal","__value__":"1.10"}],"exc_module":"m"}""";
        var error = Read(Stored).ToException(new ResultMeta("id-1", TaskState.Failure));

        error.Arguments.Count.ShouldBe(6);
        error.Arguments[1].GetRawText().ShouldBe("123456789012345678901234567890");
        error.Arguments[4][1].GetProperty("a")[0].GetBoolean().ShouldBeTrue();
        error.ExceptionMessage.ShouldBe("(2.5, 123456789012345678901234567890, '\\ud800', None, [1, {'a': [True]}], Decimal('1.10'))");
        TextOf(PythonExceptions.ToPython(new AggregateException(error), _options)).ShouldBe(Stored);
    }

    [Fact]
    public void Exception_says_its_own_arguments()
    {
        TextOf(PythonExceptions.ToPython(new OutOfStockException("A-7", 3), _options))
            .ShouldBe("""{"exc_type":"OutOfStock","exc_message":["A-7",3,null,[1,2]],"exc_module":"shop.errors"}""");
        TextOf(PythonExceptions.ToPython(new SpeechlessException([]), _options)).ShouldContain("\"exc_message\":[]");
    }

    [Fact]
    public void Argument_that_cannot_be_written_is_stored_as_its_text()
        => TextOf(PythonExceptions.ToPython(new SpeechlessException([1, typeof(string), double.NaN]), _options))
            .ShouldContain("\"exc_message\":[1,\"System.String\",{\"__type__\":\"float\",\"__value__\":\"nan\"}]");

    [Fact]
    public void Exception_that_fails_to_say_its_arguments_is_stored_with_its_message()
        => TextOf(PythonExceptions.ToPython(new SpeechlessException(null), _options)).ShouldContain("\"exc_message\":[\"speechless\"]");

    [Fact]
    public void Traceback_has_the_stack_of_every_cause()
    {
        var error = Thrown(() => throw new InvalidOperationException(
            "outer",
            new AggregateException("several", Thrown(First), Thrown(() => throw new FormatException("second", Thrown(Third))))));

        var traceback = PythonExceptions.Traceback(error).ShouldNotBeNull();

        foreach (var part in new[] { "outer", "several", "System.ArithmeticException: first", nameof(First), "System.FormatException: second", "third", nameof(Third) })
        {
            traceback.ShouldContain(part);
        }
    }

    [Fact]
    public void Traceback_of_a_remote_cause_is_part_of_the_traceback()
    {
        var remote = new RemoteTaskException("1", TaskState.Failure, "KeyError", "builtins", "'k'", Texts("k"), "Traceback (most recent call last):\n  their line\n", null);

        PythonExceptions.Traceback(remote).ShouldNotBeNull().ShouldContain("  their line");
        PythonExceptions.Traceback(Thrown(() => throw remote)).ShouldNotBeNull().ShouldContain(nameof(Traceback_of_a_remote_cause_is_part_of_the_traceback));
        PythonExceptions.Traceback(new InvalidOperationException("wrapped", remote)).ShouldNotBeNull().ShouldContain("  their line");
    }

    [Fact]
    public void Exception_that_was_never_thrown_has_no_traceback() => PythonExceptions.Traceback(new FormatException("m")).ShouldBeNull();

    [Fact]
    public void Exception_is_written_as_celery_stores_it()
    {
        TextOf(ExceptionInfo.OfText("ValueError", "builtins", "a", "b")).ShouldBe("""{"exc_type":"ValueError","exc_message":["a","b"],"exc_module":"builtins"}""");
        TextOf(new ExceptionInfo("E", null, [])).ShouldBe("""{"exc_type":"E","exc_message":[],"exc_module":null}""");
    }

    [Fact]
    public void Exception_comes_back_as_its_counterpart_with_all_the_remote_side_said()
    {
        var stored = new ResultMeta("id-1", TaskState.Failure)
        {
            Result = Encoding.UTF8.GetBytes(TextOf(PythonExceptions.ToPython(new DivideByZeroException("m"), _options))),
            Traceback = "Traceback …",
        };

        var error = ExceptionInfo.Read(stored).ToException(stored);

        error.Message.ShouldBe("Task id-1 ended in FAILURE: ZeroDivisionError: m");
        error.TaskId.Value.ShouldBe("id-1");
        error.State.ShouldBe(TaskState.Failure);
        error.ExceptionType.ShouldBe("ZeroDivisionError");
        error.ExceptionModule.ShouldBe("builtins");
        error.ExceptionMessage.ShouldBe("m");
        error.Arguments.ShouldHaveSingleItem().GetString().ShouldBe("m");
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

    private static ExceptionInfo Read(string result) => ExceptionInfo.Read(new ResultMeta("1", TaskState.Failure) { Result = Encoding.UTF8.GetBytes(result) });

    private static JsonElement[] Texts(params string[] texts) => [.. texts.Select(text => JsonSerializer.SerializeToElement(text))];

    private static Exception Thrown(Action action) => Should.Throw<Exception>(action);

    private static void First() => throw new ArithmeticException("first");

    private static void Third() => throw new RankException("third");

    [PythonException("OutOfStock", Module = "shop.errors")]
    private sealed class OutOfStockException(string article, int number) : Exception($"{article}: {number}"), IPythonException
    {
        public IReadOnlyList<object?> Arguments => [article, number, null, new[] { 1, 2 }];
    }

    private sealed class SpeechlessException(IReadOnlyList<object?>? arguments) : Exception("speechless"), IPythonException
    {
        public IReadOnlyList<object?> Arguments => arguments ?? throw new InvalidOperationException();
    }

    private sealed class OwnException(string message) : Exception(message);

    [PythonException("Missing.Key", Module = "shop.errors")]
    private class NamedException(string message) : Exception(message);

    private sealed class DerivedException(string message) : NamedException(message);

    [PythonException("LookupError")]
    private sealed class BuiltinNamedException(string message) : ArgumentException(message);
}
