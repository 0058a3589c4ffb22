using System.Reflection;
using CeleryNet.Extensibility;
using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators.Tests;

public sealed class SignatureFactoryTests
{
    private const string Source = """
        namespace Proj;

        public sealed class Tasks
        {
            [CeleryTask("add")] public int Add(int x, int y = 5) => x + y;
            [CeleryTask("fetch", Queue = "web \"1\"", Priority = 0, IgnoreResult = true, TimeLimit = "60")] public static Task<string?> FetchAsync(Uri url, TaskContext task, CancellationToken token) => Task.FromResult<string?>(null);
            [CeleryTask("fetch_all", IgnoreResult = false)] public static ValueTask<int[]> FetchAsync(CancellationToken token, IReadOnlyList<Uri> urls) => new([]);
            [CeleryTask("ping")] public static async Task PingAsync() => await Task.Yield();
            [CeleryTask("pause")] public static ValueTask Pause() => default;
            [CeleryTask("mixed")] public static void Mixed([CeleryArgument("key", KeywordOnly = true)] string? mode, int @class, [CeleryArgument(KeywordOnly = true)] int maxSize = 10) { }
            [CeleryTask("rest")] public static void Rest(int x, TaskContext task, int y = 5, [CeleryArgument(KeywordOnly = true)] string mode = "m", params int[] rest) { }
            [CeleryTask("rest_list")] public static void RestList(params IReadOnlyList<string?> rest) { }
            [CeleryTask("rest_span")] public static void RestSpan(params ReadOnlySpan<int> rest) { }
            [CeleryTask("extra")] public static void Extra(int maxSize, [CeleryArgument(KeywordOnly = true)] string mode, [CeleryKeywordArguments] IReadOnlyDictionary<string, int>? extra = null, params List<int> rest) { }
            [CeleryTask("log_in")] public static void LogIn(string name, [CeleryArgument(Sensitive = true)] string password, [CeleryArgument(KeywordOnly = true, Sensitive = true)] int pin, [CeleryKeywordArguments, CeleryArgument(Sensitive = true)] Dictionary<string, int> extra, [CeleryArgument(Sensitive = true)] params int[] rest) { }
            [CeleryTask("text")] public string ToString(int format) => "";
            [CeleryTask("hash")] public static string GetHashCode(string text) => text;
            [CeleryTask("show")] public override string ToString() => "";
            [CeleryTask("type")] public static new int GetType() => 1;
        }

        public interface IMlTasks { [CeleryTask("ml.embed", Queue = "gpu", Priority = 9)] float[] Embed(string text, string model = "small"); }

        public interface IWideTasks : IMlTasks
        {
            [CeleryTask("wide", TimeLimit = "00:01:00", SoftTimeLimit = "30.5")] static abstract Task<int> WideAsync(int x);
            [CeleryTask("has_body", TimeLimit = "0")] int HasBody() => 1;
        }

        public static class StaticTasks { [CeleryTask] public static int One() => 1; }

        public class DerivedTasks : IMlTasks
        {
            public float[] Embed(string text, string model) => [];
            [CeleryTask] public int Own() => 1;
        }

        public static class Calls
        {
            public static Signature<int> Add() => Tasks.Signatures.Add(2, 3);
            public static Signature<int> AddDefault() => Tasks.Signatures.Add(x: 2);
            public static Signature<string?> Fetch() => Tasks.Signatures.Fetch(new Uri("http://host/"));
            public static Signature<int[]> FetchAll() => Tasks.Signatures.Fetch([new Uri("http://host/")]);
            public static Signature Ping() => Tasks.Signatures.Ping();
            public static Signature Pause() => Tasks.Signatures.Pause();
            public static Signature Mixed() => Tasks.Signatures.Mixed(null, @class: 3);
            public static Signature Rest() => Tasks.Signatures.Rest(1, 2, "n", 3, 4);
            public static Signature RestDefault() => Tasks.Signatures.Rest(1);
            public static Signature RestList() => Tasks.Signatures.RestList("a", null);
            public static Signature RestSpan() => Tasks.Signatures.RestSpan(1, 2, 3);
            public static Signature Extra() => Tasks.Signatures.Extra(1, "m", new Dictionary<string, int> { ["a"] = 2, ["b"] = 3 }, 4, 5);
            public static Signature ExtraNone() => Tasks.Signatures.Extra(1, "m");
            public static Signature ExtraTwice() => Tasks.Signatures.Extra(1, "m", new Dictionary<string, int> { ["max_size"] = 2 });
            public static Signature LogIn() => Tasks.Signatures.LogIn("alice", "secret", 1, new() { ["a"] = 2 }, 3, 4);
            public static Signature<string> Text() => Tasks.Signatures.ToString(1);
            public static Signature<string> Show() => Tasks.Signatures.ToString();
            public static Signature<int> Type() => Tasks.Signatures.GetType();
            public static Signature<float[]> Embed() => IMlTasks.Signatures.Embed("hello");
            public static Signature<int> Wide() => IWideTasks.Signatures.Wide(1);
            public static Signature<int> HasBody() => IWideTasks.Signatures.HasBody();
            public static Signature<int> One() => StaticTasks.Signatures.One();
            public static Signature<int> Own() => DerivedTasks.Signatures.Own();
        }
        """;

    private static readonly Lazy<GeneratorRun> _run = new(() => GeneratorHarness.Run(Source));

    [Theory]
    [InlineData("Add", "add", "2, 3", "")]
    [InlineData("AddDefault", "add", "2, 5", "")]
    [InlineData("Fetch", "fetch", "http://host/", "")]
    [InlineData("Ping", "ping", "", "")]
    [InlineData("Pause", "pause", "", "")]
    [InlineData("Mixed", "mixed", "3", "key=, max_size=10")]
    [InlineData("Rest", "rest", "1, 2, 3, 4", "mode=n")]
    [InlineData("RestDefault", "rest", "1, 5", "mode=m")]
    [InlineData("RestList", "rest_list", "a, ", "")]
    [InlineData("RestSpan", "rest_span", "1, 2, 3", "")]
    [InlineData("Extra", "extra", "1, 4, 5", "mode=m, a=2, b=3")]
    [InlineData("ExtraNone", "extra", "1", "mode=m")]
    [InlineData("Text", "text", "1", "")]
    [InlineData("Show", "show", "", "")]
    [InlineData("Type", "type", "", "")]
    [InlineData("Embed", "ml.embed", "hello, small", "")]
    [InlineData("Wide", "wide", "1", "")]
    [InlineData("HasBody", "has_body", "", "")]
    [InlineData("One", "Proj.StaticTasks.One", "", "")]
    [InlineData("Own", "Proj.DerivedTasks.Own", "", "")]
    public void Factory_makes_a_call_with_all_that_it_got(string method, string taskName, string args, string kwargs)
    {
        var signature = Call(method);

        signature.TaskName.ShouldBe(taskName);
        string.Join(", ", signature.Args.Select(arg => arg.AsObject())).ShouldBe(args);
        string.Join(", ", signature.Kwargs.Select(pair => $"{pair.Key}={pair.Value.AsObject()}")).ShouldBe(kwargs);
    }

    [Fact]
    public void Values_are_written_by_the_type_of_their_parameter()
        => Call("FetchAll").Args.Single().ShouldBeOfType(TaskValue.Of<IReadOnlyList<Uri>>([]).GetType());

    [Fact]
    public void Queue_priority_and_ignored_result_of_the_attribute_are_options_of_the_call()
    {
        Call("Fetch").Options.ShouldBe(new SendOptions { Queue = "web \"1\"", Priority = 0, IgnoreResult = true });
        Call("Embed").Options.ShouldBe(new SendOptions { Queue = "gpu", Priority = 9 });
        Call("Add").Options.ShouldBe(SendOptions.Default);
        Call("FetchAll").Options.ShouldBe(SendOptions.Default);
    }

    [Fact]
    public void Time_limits_are_sent_with_calls_of_tasks_that_others_run()
    {
        Call("Wide").Options.ShouldBe(new SendOptions { TimeLimit = TimeSpan.FromMinutes(1), SoftTimeLimit = TimeSpan.FromSeconds(30.5) });
        Call("HasBody").Options.ShouldBe(SendOptions.Default);
    }

    [Fact]
    public void Items_are_written_by_the_type_of_each() => Call("Rest").Args.ShouldAllBe(arg => arg.GetType() == TaskValue.Of(1).GetType());

    [Fact]
    public void Entry_with_the_name_of_a_parameter_is_refused_where_the_call_is_made()
    {
        var error = Should.Throw<TargetInvocationException>(() => Call("ExtraTwice")).InnerException.ShouldBeOfType<ArgumentException>();

        error.Message.ShouldContain("'extra' have an entry 'max_size'");
    }

    [Fact]
    public void Sensitive_arguments_are_marked()
    {
        var signature = Call("LogIn");

        signature.Args.Select(arg => arg.IsSensitive).ShouldBe([false, true, true, true]);
        signature.Kwargs.Select(pair => (pair.Key, pair.Value.IsSensitive)).ShouldBe([("pin", true), ("a", true)]);
    }

    [Fact]
    public void Task_without_a_result_makes_an_untyped_call() => Call("Ping").GetType().ShouldBe(typeof(Signature));

    [Theory]
    [InlineData("public", "public", "public", Accessibility.Public, Accessibility.Public)]
    [InlineData("public", "public", "internal", Accessibility.Public, Accessibility.Internal)]
    [InlineData("public", "internal", "public", Accessibility.Internal, Accessibility.Internal)]
    [InlineData("internal", "public", "public", Accessibility.Internal, Accessibility.Internal)]
    [InlineData("public", "protected internal", "public", Accessibility.Internal, Accessibility.Internal)]
    [InlineData("public", "public", "protected internal", Accessibility.Public, Accessibility.Internal)]
    public void Factory_is_as_accessible_as_the_type_and_the_method(string outer, string type, string method, Accessibility factories, Accessibility factory)
    {
        var run = GeneratorHarness.Run($$"""
            {{outer}} class Outer { {{type}} class Tasks { {{method}} class Data; [CeleryTask] {{method}} Data Run(Data data) => data; } }
            """);

        run.Complaints.ShouldBeEmpty();
        var symbol = run.Symbol("Outer_TasksSignatures");
        symbol.DeclaredAccessibility.ShouldBe(factories);
        symbol.GetMembers("Run").Select(member => member.DeclaredAccessibility).ShouldBe([factory, factory]);
        run.Symbol("Outer_TasksCeleryExtensions").DeclaredAccessibility.ShouldBe(factories);
        run.Symbol("Outer_TasksCeleryRegistration").DeclaredAccessibility.ShouldBe(Accessibility.Internal);
    }

    private static Signature Call(string method) => _run.Value.Call<Signature>("Proj.Calls", method);
}
