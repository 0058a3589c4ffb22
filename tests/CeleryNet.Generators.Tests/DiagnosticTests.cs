using System.Globalization;
using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators.Tests;

public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("[CeleryTask(\"a\")] public int One() => 1; [CeleryTask(\"a\")] public int Two() => 1;", "CELERY001", "Two", "'a'", "Tasks.One")]
    [InlineData("[CeleryTask] public int Get(int x) => 1; [CeleryTask] public int Get(string x) => 1;", "CELERY001", "Get", "'Tasks.Get'", "Tasks.Get")]
    [InlineData("[CeleryTask(\" \")] public int One() => 1;", "CELERY002", "\" \"", "Tasks.One", "'Tasks.One'")]
    [InlineData("[CeleryTask] public async void One() => await Task.Yield();", "CELERY003", "One", "Tasks.One", "return Task")]
    [InlineData("[CeleryTask] public void One(ref int x) { }", "CELERY004", "x", "'x' of Tasks.One", "'ref'")]
    [InlineData("[CeleryTask] public void One(out int x) => x = 1;", "CELERY004", "x", "'x' of Tasks.One", "'out'")]
    [InlineData("[CeleryTask] public void One(in int x) { }", "CELERY004", "x", "'x' of Tasks.One", "'in'")]
    [InlineData("[CeleryTask] public void One(ref readonly int x) { }", "CELERY004", "x", "'x' of Tasks.One", "'ref readonly'")]
    [InlineData("[CeleryTask] public void One(in CancellationToken x) { }", "CELERY004", "x", "'x' of Tasks.One", "'in'")]
    [InlineData("[CeleryTask] public void One(params Action[] x) { }", "CELERY004", "x", "Action is a delegate", "data")]
    [InlineData("[CeleryTask] public void One(params CancellationToken[] x) { }", "CELERY004", "x", "CancellationToken", "never sent")]
    [InlineData("[CeleryTask] public void One(params System.Collections.ArrayList x) { }", "CELERY004", "x", "type of its items", "IReadOnlyList<T>")]
    [InlineData("[CeleryTask] public void One([CeleryKeywordArguments] Dictionary<string, Stream> x) { }", "CELERY004", "x", "Stream is a stream", "byte[]")]
    [InlineData("[CeleryTask] public void One(ReadOnlySpan<byte> x) { }", "CELERY004", "x", "ReadOnlySpan<byte> is a ref struct", "array")]
    [InlineData("[CeleryTask] public unsafe void One(int* x) { }", "CELERY004", "x", "'x' of Tasks.One", "pointer")]
    [InlineData("[CeleryTask] public unsafe void One(delegate*<void> x) { }", "CELERY004", "x", "'x' of Tasks.One", "function pointer")]
    [InlineData("[CeleryTask] public void One(Func<int> x) { }", "CELERY004", "x", "Func<int> is a delegate", "data")]
    [InlineData("[CeleryTask] public void One(Action?[] x) { }", "CELERY004", "x", "Action? is a delegate", "data")]
    [InlineData("[CeleryTask] public void One(Dictionary<string, List<Stream>> x) { }", "CELERY004", "x", "Stream is a stream", "byte[]")]
    [InlineData("[CeleryTask] public void One(FileStream x) { }", "CELERY004", "x", "FileStream is a stream", "byte[]")]
    [InlineData("[CeleryTask] public void One(IAsyncEnumerable<int> x) { }", "CELERY004", "x", "IAsyncEnumerable<int>", "list")]
    [InlineData("[CeleryTask] public void One(Task<int> x) { }", "CELERY004", "x", "Task<int>", "its result")]
    [InlineData("[CeleryTask] public void One(CancellationToken? x) { }", "CELERY004", "x", "CancellationToken", "never sent")]
    [InlineData("[CeleryTask] public void One((int, TaskContext) x) { }", "CELERY004", "x", "TaskContext", "never sent")]
    [InlineData("[CeleryTask] public int One<T>(int x) => 1;", "CELERY005", "One", "Tasks.One", "type arguments")]
    [InlineData("[CeleryTask] public IAsyncEnumerable<int> One() => null!;", "CELERY006", "One", "'IAsyncEnumerable<int>' of Tasks.One", "list")]
    [InlineData("private int _x; [CeleryTask] public ref int One() => ref _x;", "CELERY006", "One", "'int' of Tasks.One", "by reference")]
    [InlineData("[CeleryTask] public Span<int> One() => default;", "CELERY006", "One", "'Span<int>' of Tasks.One", "ref struct")]
    [InlineData("[CeleryTask] public unsafe int* One() => null;", "CELERY006", "One", "'int*' of Tasks.One", "pointer")]
    [InlineData("[CeleryTask] public Task<Task> One() => null!;", "CELERY006", "One", "'Task<Task>' of Tasks.One", "its result")]
    [InlineData("[CeleryTask] public ValueTask<ValueTask<int>> One() => default;", "CELERY006", "One", "'ValueTask<ValueTask<int>>' of Tasks.One", "its result")]
    [InlineData("[CeleryTask] public Task<Action> One() => null!;", "CELERY006", "One", "'Task<Action>' of Tasks.One", "delegate")]
    [InlineData("[CeleryTask] public System.Runtime.CompilerServices.YieldAwaitable One() => Task.Yield();", "CELERY006", "One", "YieldAwaitable", "its result")]
    [InlineData("[CeleryTask] private int One() => 1;", "CELERY007", "One", "Tasks.One", "it is private")]
    [InlineData("[CeleryTask] protected int One() => 1;", "CELERY007", "One", "Tasks.One", "it is protected")]
    [InlineData("[CeleryTask] private protected int One() => 1;", "CELERY007", "One", "Tasks.One", "it is private protected")]
    [InlineData("[CeleryTask] int One() => 1;", "CELERY007", "One", "Tasks.One", "it is private")]
    [InlineData("private class Inner { [CeleryTask] public int One() => 1; }", "CELERY007", "One", "Tasks.Inner.One", "the type Tasks.Inner is private")]
    [InlineData("[CeleryTask] public int One(int zipCode, int zip_code) => 1;", "CELERY009", "zip_code", "'zipCode' and 'zip_code' of Tasks.One", "'zip_code'")]
    [InlineData("[CeleryTask] public int One(int x, [CeleryArgument(\"x\")] int y) => 1;", "CELERY009", "y", "'x' and 'y' of Tasks.One", "'x'")]
    [InlineData("public int One { [CeleryTask] get => 1; }", "CELERY010", "get", "Tasks.One", "a property accessor")]
    [InlineData("public event Action One { [CeleryTask] add { } remove { } }", "CELERY010", "add", "Tasks.One", "an event accessor")]
    [InlineData("public int One() { return Two(); [CeleryTask] static int Two() => 1; }", "CELERY010", "Two", "Two is", "a local function")]
    [InlineData("public Func<int> One() => [CeleryTask] () => 1;", "CELERY010", "[CeleryTask] () => 1", "'() => 1'", "a lambda")]
    [InlineData("[CeleryTask] public static Tasks operator +(Tasks a, Tasks b) => a;", "CELERY010", "+", "Tasks.op_Addition", "an operator")]
    [InlineData("[CeleryTask] ~Tasks() { }", "CELERY010", "Tasks", "Tasks.Finalize", "a finalizer")]
    [InlineData("[CeleryTask(\"a\")] public int Get(int x) => 1; [CeleryTask(\"b\")] public Task GetAsync(int y, TaskContext t) => null!;", "CELERY011", "GetAsync", "Tasks.GetAsync", "Tasks.Get ")]
    [InlineData("[CeleryTask(\"a\", Priority = 256)] public int One() => 1;", "CELERY012", "Priority = 256", "Priority of Tasks.One", "0 to 255, was 256")]
    [InlineData("[CeleryTask(MaxRetries = -2)] public int One() => 1;", "CELERY012", "MaxRetries = -2", "MaxRetries of Tasks.One", "UnlimitedRetries, was -2")]
    [InlineData("[CeleryTask(RetryDelay = \"soon\")] public int One() => 1;", "CELERY012", "RetryDelay = \"soon\"", "RetryDelay of Tasks.One", "was \"soon\"")]
    [InlineData("[CeleryTask(RetryDelay = \"-00:00:01\")] public int One() => 1;", "CELERY012", "RetryDelay = \"-00:00:01\"", "RetryDelay of Tasks.One", "0 or more")]
    [InlineData("[CeleryTask(RetryDelay = \"\")] public int One() => 1;", "CELERY012", "RetryDelay = \"\"", "such as \"00:03:00\"", "an empty text")]
    [InlineData("[CeleryTask(RetryDelay = \"NaN\")] public int One() => 1;", "CELERY012", "RetryDelay = \"NaN\"", "RetryDelay of Tasks.One", "was \"NaN\"")]
    [InlineData("[CeleryTask(RateLimit = \"10/d\")] public int One() => 1;", "CELERY012", "RateLimit = \"10/d\"", "RateLimit of Tasks.One", "100/m")]
    [InlineData("[CeleryTask(RateLimit = \"\")] public int One() => 1;", "CELERY012", "RateLimit = \"\"", "RateLimit of Tasks.One", "an empty text")]
    [InlineData("[CeleryTask(RateLimit = \"-1/s\")] public int One() => 1;", "CELERY012", "RateLimit = \"-1/s\"", "RateLimit of Tasks.One", "100/m")]
    [InlineData("[CeleryTask(RetryBackoff = true, RetryBackoffMax = \"0.5\")] public int One() => 1;", "CELERY012", "RetryBackoffMax = \"0.5\"", "RetryBackoffMax of Tasks.One", "whole seconds")]
    [InlineData("[CeleryTask(RetryBackoffFactor = 0)] public int One() => 1;", "CELERY012", "RetryBackoffFactor = 0", "RetryBackoffFactor of Tasks.One", "1 or more, was 0")]
    [InlineData("[CeleryTask(RetryBackoff = false, RetryBackoffFactor = 2)] public int One() => 1;", "CELERY012", "RetryBackoffFactor = 2", "RetryBackoffFactor of Tasks.One", "left out where RetryBackoff is false")]
    [InlineData("[CeleryTask(AutoRetryFor = [typeof(IOException), typeof(string)])] public int One() => 1;", "CELERY012", "AutoRetryFor = [typeof(IOException), typeof(string)]", "AutoRetryFor of Tasks.One", "exceptions, was 'string'")]
    [InlineData("[CeleryTask(AutoRetryFor = [null!])] public int One() => 1;", "CELERY012", "AutoRetryFor = [null!]", "AutoRetryFor of Tasks.One", "exceptions, was null")]
    [InlineData("[CeleryTask(DontAutoRetryFor = [typeof(Hidden)])] public int One() => 1; private sealed class Hidden : Exception;", "CELERY012", "DontAutoRetryFor = [typeof(Hidden)]", "DontAutoRetryFor of Tasks.One", "which is private")]
    [InlineData("[CeleryTask(Queue = \"\")] public int One() => 1;", "CELERY012", "Queue = \"\"", "Queue of Tasks.One", "name of a queue")]
    [InlineData("[CeleryTask] public int One([CeleryArgument(\"\")] int x) => 1;", "CELERY012", "x", "keyword of parameter 'x' of Tasks.One", "a name")]
    [InlineData("[CeleryTask] public void One([CeleryArgument(\"y\")] params int[] x) { }", "CELERY014", "x", "collects the positional arguments", "remove the name")]
    [InlineData("[CeleryTask] public void One([CeleryArgument(KeywordOnly = true)] params int[] x) { }", "CELERY014", "x", "collects the positional arguments", "remove KeywordOnly")]
    [InlineData("[CeleryTask] public void One([CeleryArgument(\"y\"), CeleryKeywordArguments] Dictionary<string, int> x) { }", "CELERY014", "x", "collects the keyword arguments", "remove the name")]
    [InlineData("[CeleryTask] public void One([CeleryArgument(KeywordOnly = true), CeleryKeywordArguments] Dictionary<string, int> x) { }", "CELERY014", "x", "'x' of Tasks.One", "remove KeywordOnly")]
    [InlineData("[CeleryTask] public void One([CeleryKeywordArguments] int x) { }", "CELERY015", "x", "the type 'int' does not hold values by name", "Dictionary<string, T>")]
    [InlineData("[CeleryTask] public void One([CeleryKeywordArguments] Dictionary<int, int> x) { }", "CELERY015", "x", "'Dictionary<int, int>'", "JsonElement")]
    [InlineData("[CeleryTask] public void One([CeleryKeywordArguments] List<string> x) { }", "CELERY015", "x", "'List<string>'", "JsonElement")]
    [InlineData("[CeleryTask] public void One([CeleryKeywordArguments] TaskContext x) { }", "CELERY015", "x", "'TaskContext'", "JsonElement")]
    [InlineData("[CeleryTask] public void One([CeleryKeywordArguments] params int[] x) { }", "CELERY015", "x", "'params'", "Dictionary<string, T>")]
    [InlineData("[CeleryTask] public void One([CeleryKeywordArguments] Dictionary<string, int> x, [CeleryKeywordArguments] IDictionary<string, int> y) { }", "CELERY016", "y", "'x' and 'y' of Tasks.One", "one of them only")]
    public void Task_in_a_class_is_refused_where_it_is_wrong(string members, string id, string place, string thing, string rule)
        => Check($$"""public class Tasks { {{members}} }""", id, place, thing, rule);

    [Theory]
    [InlineData("public class Tasks<T> { [CeleryTask] public int One() => 1; }", "CELERY005", "One", "Tasks<T>.One", "generic type")]
    [InlineData("public class Outer<T> { public static class Tasks { [CeleryTask] public static int One() => 1; } }", "CELERY005", "One", "Outer<T>.Tasks.One", "generic type")]
    [InlineData("file class Tasks { [CeleryTask] public int One() => 1; }", "CELERY007", "One", "One", "local to its file")]
    [InlineData("public interface ITasks { [CeleryTask] private int One() => 1; }", "CELERY007", "One", "ITasks.One", "it is private")]
    [InlineData("public class Tasks : ITasks { [CeleryTask] int ITasks.One() => 1; } public interface ITasks { int One(); }", "CELERY007", "One", "Tasks", "an explicit interface implementation")]
    [InlineData("public abstract class Tasks { [CeleryTask] public int One() => 1; }", "CELERY008", "One", "Tasks.One", "static")]
    [InlineData("public abstract class Tasks { [CeleryTask] public abstract int One(); }", "CELERY008", "One", "Tasks.One", "derived")]
    [InlineData("public struct Tasks { [CeleryTask] public int One() => 1; }", "CELERY010", "One", "Tasks.One", "a method of a struct")]
    [InlineData("public record struct Tasks { [CeleryTask] public static int One() => 1; }", "CELERY010", "One", "Tasks.One", "a method of a struct")]
    [InlineData("public static class Tasks { extension(int x) { [CeleryTask] public int One() => x; } }", "CELERY010", "One", "One", "a member of an extension block")]
    [InlineData("public interface IA { [CeleryTask(\"a\")] int One(); } public interface IB { [CeleryTask(\"a\")] int Two(); }", "CELERY001", "Two", "IB.Two", "IA.One")]
    public void Task_is_refused_where_its_type_is_wrong(string source, string id, string place, string thing, string rule)
        => Check(source, id, place, thing, rule);

    [Fact]
    public void Name_taken_in_another_file_is_reported_on_the_second_one()
    {
        var run = GeneratorHarness.Run(
            "public class First { [CeleryTask(\"a\")] public int One() => 1; }",
            "public class Second { [CeleryTask(\"a\")] public int Two() => 1; [CeleryTask(\"b\")] public int Three() => 1; }");

        run.Diagnostic.Location.GetLineSpan().Path.ShouldBe("Source1.cs");
        run.Diagnostic.GetMessage(CultureInfo.InvariantCulture).ShouldBe(
            "Second.Two declares the task 'a', which First.One already declares; a name stands for one task, so give one of them another: [CeleryTask(\"a_2\")]");
        run.Registration("Second").CreateDefinitions().Select(definition => definition.Name).ShouldBe(["b"]);
    }

    [Fact]
    public void Type_that_is_not_known_is_named()
    {
        var run = GeneratorHarness.Run("public class Tasks { [CeleryTask] public List<Later> One(Later x) => []; }");

        run.Diagnostics.Select(diagnostic => diagnostic.Id).ShouldBe(["CELERY004", "CELERY006"]);
        run.Diagnostics.ShouldAllBe(diagnostic => diagnostic.GetMessage(null).Contains("'Later' is not known"));
        run.Sources.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[CeleryTask] public class Tasks;")]
    [InlineData("public class Tasks { [CeleryTask] public int One => 1; }")]
    [InlineData("public class Tasks { [CeleryTask] public int One; }")]
    [InlineData("public class Tasks { public void One([CeleryTask] int x) { } }")]
    [InlineData("public class Tasks { [return: CeleryTask] public void One() { } }")]
    [InlineData("[assembly: CeleryTask]")]
    public void Attribute_where_the_language_forbids_it_is_left_to_the_compiler(string source)
    {
        var run = GeneratorHarness.Run(source);

        run.Diagnostics.ShouldBeEmpty();
        run.Complaints.ShouldHaveSingleItem().Id.ShouldBe("CS0592");
    }

    [Fact]
    public void Half_written_code_never_breaks_the_generator()
    {
        const string source = """
            namespace A.B; public partial class Tasks { [CeleryTask("a", Queue = "q", Priority = 3, RetryDelay = "1", AutoRetryFor = [typeof(Exception), null])] public async Task<List<(int, string)>>
            AddAsync([CeleryArgument("k", KeywordOnly = true)] int x, string? y = "z", TaskContext c, params int[] z) => [CeleryTask] () => 1; }
            """;

        for (var length = 0; length <= source.Length; length++)
        {
            GeneratorHarness.Run(source[..length]).Exception.ShouldBeNull($"after {length} characters");
        }
    }

    [Fact]
    public void Everything_wrong_with_a_task_is_said_at_once()
    {
        var run = GeneratorHarness.Run("public class Tasks { [CeleryTask(\"\", Priority = -1)] public Action One(Action a, params Action[] b) => a; }");

        run.Diagnostics.Select(diagnostic => diagnostic.Id).ShouldBe(["CELERY002", "CELERY012", "CELERY004", "CELERY004", "CELERY006"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("public int One(CancellationToken a, CancellationToken b, TaskContext c, TaskContext d, int x) => 1;")]
    [InlineData("public int One([CeleryArgument(\"b\")] int a, [CeleryArgument(\"a\")] int b) => 1;")]
    [InlineData("public int One([CeleryArgument(KeywordOnly = true)] int a, int b, int c = 1) => 1;")]
    [InlineData("public byte[] One(byte[] data, Uri? uri, Dictionary<string, object?> more) => data;")]
    [InlineData("internal protected IEnumerable<int> One() => [];")]
    [InlineData("public virtual int One() => 1;")]
    public void Task_that_is_right_is_left_alone(string method)
    {
        var run = GeneratorHarness.Run($$"""public class Tasks { [CeleryTask] {{method}} }""");

        run.Diagnostics.ShouldBeEmpty();
        run.Definition("Tasks.One").ShouldNotBeNull();
    }

    private static void Check(string source, string id, string place, string thing, string rule)
    {
        var run = GeneratorHarness.Run(source);

        run.Diagnostic.Id.ShouldBe(id);
        run.Diagnostic.Severity.ShouldBe(DiagnosticSeverity.Error);
        run.Diagnostic.Descriptor.Category.ShouldBe("CeleryNet");
        run.TextAt(run.Diagnostic).ShouldBe(place);
        run.Diagnostic.GetMessage(CultureInfo.InvariantCulture).ShouldContain(thing);
        run.Diagnostic.GetMessage(CultureInfo.InvariantCulture).ShouldContain(rule);
        run.Complaints.ShouldBeEmpty();
    }
}
