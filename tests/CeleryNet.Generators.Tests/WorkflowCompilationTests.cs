using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators.Tests;

/// <summary>Workflows whose types fit compile, and mean what they say; those whose types do not, do not, with an error that names the types.</summary>
public sealed class WorkflowCompilationTests
{
    private const string Tasks = """
        namespace Proj;

        public static class Tasks
        {
            [CeleryTask("add")] public static int Add(int x, int y = 5) => x + y;
            [CeleryTask("total")] public static int Total(IReadOnlyList<int> numbers) => 0;
            [CeleryTask("join")] public static string Join(List<int> numbers) => "";
            [CeleryTask("wide")] public static long Wide(long value) => value;
            [CeleryTask("greet")] public static string Greet(string? name, [CeleryArgument(KeywordOnly = true)] string greeting = "hello") => "";
            [CeleryTask("echo")] public static object? Echo(object? value, int times = 1) => value;
            [CeleryTask("rest")] public static int Rest(params int[] rest) => 0;
            [CeleryTask("any")] public static int Any(params object?[] rest) => 0;
            [CeleryTask("rest_list")] public static int RestList(int first, params IReadOnlyList<int> rest) => 0;
            [CeleryTask("mixed")] public static void Mixed([CeleryArgument(KeywordOnly = true)] string? mode, int @class, [CeleryKeywordArguments] Dictionary<string, int>? more = null) { }
            [CeleryTask("named")] public static void Named([CeleryArgument(KeywordOnly = true)] int only) { }
            [CeleryTask("log_in")] public static void LogIn([CeleryArgument(Sensitive = true)] string password, string user) { }
            [CeleryTask("notify")] public static void Notify(string text) { }
            [CeleryTask("halves")] public static int[] Halves(int value) => [];
            [CeleryTask("overloaded")] public static int Overloaded(int x, params int[] rest) => 0;
            [CeleryTask("overloaded_rest")] public static int Overloaded(params int[] rest) => 0;
        }
        """;

    [Theory]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Add(x, 4))", "add", "4", "")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Add(x))", "add", "5", "")]
    [InlineData("Tasks.Signatures.Greet(null).Then(name => Tasks.Signatures.Greet(name, \"hi\"))", "greet", "", "greeting=hi")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Echo(x, 2))", "echo", "2", "")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Rest(x, 6, 7))", "rest", "6,7", "")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Any(x, 6, 7))", "any", "6,7", "")]
    [InlineData("Tasks.Signatures.Greet(null).Then(x => Tasks.Signatures.Any(x))", "any", "", "")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.RestList(x, 6, 7))", "rest_list", "6,7", "")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Mixed(\"m\", x, new() { [\"a\"] = 1 }))", "mixed", "", "mode=m,a=1")]
    [InlineData("Tasks.Signatures.Greet(null).Then(password => Tasks.Signatures.LogIn(password, \"me\"))", "log_in", "me", "")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Wide(x.As<long>()))", "wide", "", "")]
    [InlineData("Tasks.Signatures.Halves(1).Then(numbers => Tasks.Signatures.Total(numbers))", "total", "", "")]
    public void Factory_takes_the_result_of_the_step_before_in_place_of_its_first_argument(string workflow, string task, string args, string kwargs)
    {
        var next = Steps(Compose(workflow))[1];

        next.TaskName.ShouldBe(task);
        next.IsImmutable.ShouldBeFalse();
        string.Join(",", next.Args.Select(argument => argument.AsObject())).ShouldBe(args);
        string.Join(",", next.Kwargs.Select(pair => $"{pair.Key}={pair.Value.AsObject()}")).ShouldBe(kwargs);
    }

    [Theory]
    [InlineData("Tasks.Signatures.Echo(null)", "", 2)]
    [InlineData("Tasks.Signatures.Greet(null)", "", 1)]
    [InlineData("Tasks.Signatures.Greet(default)", "", 1)]
    public void Null_is_a_value_and_no_result_of_a_step_before(string call, string first, int arguments)
    {
        var signature = Compose(call);

        signature.Args.Count.ShouldBe(arguments);
        $"{signature.Args[0].AsObject()}".ShouldBe(first);
    }

    [Fact]
    public void Result_of_a_step_before_is_kept_out_of_sight_where_the_parameter_is_sensitive()
        => Steps(Compose("Tasks.Signatures.Greet(null).Then(password => Tasks.Signatures.LogIn(password, \"me\"))"))[1].Options.ArgsRepr.ShouldBe("(...)");

    [Theory]
    [InlineData("Signature<int>", "Tasks.Signatures.Add(2, 2).Then(sum => Tasks.Signatures.Add(sum, 4)).Then(Tasks.Signatures.Add(1, 1)).OnError(Tasks.Signatures.Notify(\"failed\"))")]
    [InlineData("Signature<int>", "Canvas.Group(Enumerable.Range(0, 3).Select(i => Tasks.Signatures.Add(i, i))).Then(sums => Tasks.Signatures.Total(sums))")]
    [InlineData("Signature<int>", "Tasks.Signatures.Add(1).Then(x => Canvas.Group(Tasks.Signatures.Add(x, 1), Tasks.Signatures.Add(x, 2))).Then(sums => Tasks.Signatures.Total(sums)).Then(x => Tasks.Signatures.Add(x))")]
    [InlineData("GroupSignature<int>", "Tasks.Signatures.Add(1).Then(x => Canvas.Group(Tasks.Signatures.Add(x, 1), Tasks.Signatures.Add(x, 2)))")]
    [InlineData("Signature<int>", "Canvas.Group(Canvas.Group(Tasks.Signatures.Add(1)).Then(s => Tasks.Signatures.Total(s)), Tasks.Signatures.Add(2)).Then(s => Tasks.Signatures.Total(s))")]
    [InlineData("Signature<string>", "Canvas.Chord([Tasks.Signatures.Add(1), Tasks.Signatures.Add(2)], sums => Tasks.Signatures.Join(sums.As<List<int>>()))")]
    [InlineData("Signature", "Tasks.Signatures.Add(1).Link(x => Tasks.Signatures.Wide(x.As<long>())).Then(Tasks.Signatures.Notify(\"done\"))")]
    [InlineData("GroupSignature<System.Text.Json.JsonElement>", "Canvas.Group(Tasks.Signatures.Add(1), Tasks.Signatures.Greet(null), Tasks.Signatures.Notify(\"x\"))")]
    [InlineData("Signature<int[]>", "Canvas.Starmap([(1, 2), (3, 4)], pair => Tasks.Signatures.Add(pair.Item1, pair.Item2))")]
    [InlineData("GroupSignature<int[]>", "Canvas.Chunks(Enumerable.Range(0, 10), i => Tasks.Signatures.Add(i, i), 3)")]
    [InlineData("Signature<int>", "Canvas.Chain<int>(Tasks.Signatures.Add(1), Canvas.Call(\"python.task\", 2))")]
    public void Workflow_has_the_type_of_its_end(string type, string workflow)
        => Run(workflow, type).Complaints.ShouldBeEmpty();

    [Theory]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Greet(x))", "IPrevious<int>", "string")]
    [InlineData("Tasks.Signatures.Greet(null).Then(x => Tasks.Signatures.Add(x, 4))", "IPrevious<string>", "int")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Wide(x))", "IPrevious<int>", "long")]
    [InlineData("Canvas.Group(Tasks.Signatures.Greet(null)).Then(x => Tasks.Signatures.Total(x))", "IPrevious<string[]>", "IReadOnlyList<int>")]
    [InlineData("Canvas.Group(Tasks.Signatures.Add(1)).Then(x => Tasks.Signatures.Add(x))", "IPrevious<int[]>", "int")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Add(4, x))", "IPrevious<int>", "int")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => Tasks.Signatures.Named(x))", "IPrevious<int>", "int")]
    [InlineData("Tasks.Signatures.Add(1).Then(x => x)", "IPrevious<int>", "Signature")]
    public void Workflow_whose_types_do_not_fit_does_not_compile(string workflow, string given, string wanted)
    {
        var errors = Run(workflow, "object").Complaints.Where(each => each.Severity == DiagnosticSeverity.Error).ToArray();

        errors.ShouldNotBeEmpty();
        var text = string.Join("\n", errors.Select(error => error.GetMessage(System.Globalization.CultureInfo.InvariantCulture)));
        text.ShouldContain(given);
        text.ShouldContain(wanted);
    }

    [Theory]
    [InlineData("Tasks.Signatures.Notify(\"x\").Then(x => Tasks.Signatures.Add(1))", "lambda")]
    [InlineData("Canvas.Group(Tasks.Signatures.Add(1)).Link(Tasks.Signatures.Add(1)).Missing()", "Missing")]
    [InlineData("((IPrevious<int>)null!).Step", "Step")]
    public void What_there_is_no_sense_in_does_not_compile(string workflow, string named)
        => Run(workflow, "object").Complaints
            .Where(each => each.Severity == DiagnosticSeverity.Error)
            .Select(error => error.GetMessage(System.Globalization.CultureInfo.InvariantCulture))
            .ShouldContain(message => message.Contains(named, StringComparison.Ordinal));

    [Fact]
    public void Factories_that_would_be_the_same_are_made_once() => Run("Tasks.Signatures.Overloaded(1, 2)", "Signature<int>").Complaints.ShouldBeEmpty();

    private static GeneratorRun Run(string workflow, string type) => GeneratorHarness.Run(Tasks, $$"""
        namespace Proj;

        public static class Workflows
        {
            public static {{type}} Make() => {{workflow}};
        }
        """);

    private static Signature Compose(string workflow) => Run(workflow, "Signature").Call<Signature>("Proj.Workflows", "Make");

    private static IReadOnlyList<Signature> Steps(Signature chain) => (IReadOnlyList<Signature>)chain.Kwargs.Single(pair => pair.Key == "tasks").Value.AsObject()!;
}
