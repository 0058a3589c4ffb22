namespace CeleryNet.Generators.Tests;

public sealed class InvocationTests
{
    private const string Source = """
        using System.Runtime.CompilerServices;

        public enum Color { Red, Green, Blue }

        public sealed class Tasks(int offset)
        {
            public Tasks() : this(100) { }

            [CeleryTask("add")] public int Add(int x, int y = 5) => x + y + offset;

            [CeleryTask("keyword")]
            public static string Keyword(int zipCode, [CeleryArgument(KeywordOnly = true)] string mode, int last = 7) => $"{zipCode} {mode} {last}";

            [CeleryTask("injected")]
            public static string Injected(CancellationToken first, int x, TaskContext context, CancellationToken second, TaskContext? again = null)
                => $"{x} {context.TaskName} {first.IsCancellationRequested} {first == second} {ReferenceEquals(context, again)}";

            [CeleryTask("rest")] public static string Rest(int x, int y = 5, params int[] rest) => $"{x} {y} {string.Join('+', rest)}";
            [CeleryTask("rest_list")] public static string RestList(TaskContext context, [CeleryArgument(KeywordOnly = true)] string mode = "none", CancellationToken token = default, params IReadOnlyList<string?> names)
                => $"{mode} {string.Join('+', names.Select(name => name ?? "null"))}";
            [CeleryTask("rest_span")] public static int RestSpan(params ReadOnlySpan<int> rest) { var sum = 0; foreach (var each in rest) { sum += each; } return sum; }
            [CeleryTask("rest_writable_span")] public static int RestWritableSpan(params Span<int> rest) => rest.Length;
            [CeleryTask("rest_own_list")] public static string RestOwnList(params List<int?> rest) { rest.Add(1); return string.Join('+', rest); }
            [CeleryTask("rest_enumerable")] public static int RestEnumerable(params IEnumerable<int> rest) => rest.Sum();
            [CeleryTask("rest_set")] public static int RestSet(params HashSet<int> rest) => rest.Count;
            [CeleryTask("rest_immutable")] public static int RestImmutable(params System.Collections.Immutable.ImmutableArray<int> rest) => rest.Length;
            [CeleryTask("extra")] public static string Extra(int x, [CeleryKeywordArguments] Dictionary<string, int> extra, [CeleryArgument(KeywordOnly = true)] int maxSize = 3)
                => $"{x} {maxSize} {string.Join('+', extra.Select(each => $"{each.Key}:{each.Value}"))}";
            [CeleryTask("everything")] public static string Everything(int x, [CeleryKeywordArguments] IReadOnlyDictionary<string, System.Text.Json.JsonElement>? extra = null, params IList<double> rest)
                => $"{x} {string.Join('+', rest)} {string.Join('+', extra!.Select(each => $"{each.Key}:{each.Value.GetRawText()}"))}";
            [CeleryTask("secret")] public static int Secret([CeleryArgument(Sensitive = true)] int pin) => pin;
            [CeleryTask("void")] public static void Void() { }
            [CeleryTask("task")] public static async Task TaskAsync() => await Task.Yield();
            [CeleryTask("task_of")] public static async Task<string?> TaskOfAsync(string? text) { await Task.Yield(); return text; }
            [CeleryTask("value_task")] public static async ValueTask ValueTaskAsync() => await Task.Yield();
            [CeleryTask("value_task_of")] public static ValueTask<List<int>> ValueTaskOfAsync() => new([1, 2]);
            [CeleryTask("fails")] public static async Task FailsAsync() { await Task.Yield(); throw new InvalidOperationException("boom"); }
            [CeleryTask("lists")] public static int Lists(IReadOnlyList<int> numbers, Dictionary<string, int>? weights = null) => numbers.Sum() + (weights?.Values.Sum() ?? 0);
            [CeleryTask("dynamic")] public static dynamic Dynamic(dynamic value) => "got " + (object)value;
            [CeleryTask("task_of_dynamic")] public static Task<dynamic> LaterDynamicAsync(dynamic? value = null) => Task.FromResult<dynamic>(value is null);
            [CeleryTask("names")] public static int Names(int call, int arguments, int target, int result, int argument0) => call + arguments + target + result + argument0;
            [CeleryTask("overload")] public static string Overload(int x) => "int";
            [CeleryTask("overload_long")] public static string Overload(long x) => "long";
            [CeleryTask("tuple")] public static (int Sum, string Text) Tuple((int A, int B)? pair = null) => (pair?.A ?? 0, "");
        }
        """;

    private static readonly Lazy<GeneratorRun> _run = new(() => GeneratorHarness.Run(Source));

    [Theory]
    [InlineData("add", "[2, 3]", "{}", 105)]
    [InlineData("add", "[2]", "{}", 107)]
    [InlineData("add", "[]", """{"y": 1, "x": 2}""", 103)]
    [InlineData("keyword", "[1]", """{"mode": "fast"}""", "1 fast 7")]
    [InlineData("keyword", "[1, 2]", """{"mode": "fast"}""", "1 fast 2")]
    [InlineData("keyword", "[]", """{"mode": "fast", "zip_code": 9, "last": 8}""", "9 fast 8")]
    [InlineData("keyword", "[]", """{"mode": "fast", "zipCode": 9}""", "9 fast 7")]
    [InlineData("lists", "[[1, 2]]", "{}", 3)]
    [InlineData("lists", "[[1, 2], {\"a\": 4}]", "{}", 7)]
    [InlineData("lists", "[[1, 2], null]", "{}", 3)]
    [InlineData("dynamic", "[\"x\"]", "{}", "got x")]
    [InlineData("task_of_dynamic", "[]", "{}", true)]
    [InlineData("names", "[1, 2, 3, 4, 5]", "{}", 15)]
    [InlineData("overload", "[1]", "{}", "int")]
    [InlineData("overload_long", "[1]", "{}", "long")]
    [InlineData("rest", "[1]", "{}", "1 5 ")]
    [InlineData("rest", "[1, 2, 3, 4]", "{}", "1 2 3+4")]
    [InlineData("rest", "[]", """{"y": 2, "x": 1}""", "1 2 ")]
    [InlineData("rest_list", "[]", "{}", "none ")]
    [InlineData("rest_list", "[\"a\", null]", """{"mode": "fast"}""", "fast a+null")]
    [InlineData("rest_span", "[1, 2, 3]", "{}", 6)]
    [InlineData("rest_writable_span", "[1, 2, 3]", "{}", 3)]
    [InlineData("rest_own_list", "[1, null]", "{}", "1++1")]
    [InlineData("rest_enumerable", "[1, 2]", "{}", 3)]
    [InlineData("rest_set", "[1, 2, 1]", "{}", 2)]
    [InlineData("rest_immutable", "[1, 2]", "{}", 2)]
    [InlineData("extra", "[1]", "{}", "1 3 ")]
    [InlineData("extra", "[]", """{"b": 2, "max_size": 4, "x": 1, "a": 3, "extra": 5}""", "1 4 b:2+a:3+extra:5")]
    [InlineData("everything", "[1, 2.5, 3]", """{"rest": [1], "extra": null}""", "1 2.5+3 rest:[1]+extra:null")]
    [InlineData("secret", "[1234]", "{}", 1234)]
    [InlineData("void", "[]", "{}", null)]
    [InlineData("task", "[]", "{}", null)]
    [InlineData("value_task", "[]", "{}", null)]
    [InlineData("task_of", "[\"a\"]", "{}", "a")]
    [InlineData("task_of", "[null]", "{}", null)]
    public async Task Task_gets_its_arguments_and_gives_its_result(string task, string args, string kwargs, object? expected)
        => (await RunAsync(task, args, kwargs)).ShouldBe(expected);

    [Fact]
    public async Task Value_task_gives_its_result() => (await RunAsync("value_task_of")).ShouldBe(new List<int> { 1, 2 });

    [Fact]
    public async Task Tuple_is_given_back_by_value() => (await RunAsync("tuple")).ShouldBe((0, ""));

    [Fact]
    public async Task Context_and_token_are_injected_wherever_they_stand()
    {
        var result = await _run.Value.Definition("injected").RunAsync("[4]", isCancelled: true);

        result.ShouldBe("4 injected True True True");
    }

    [Fact]
    public async Task Failure_after_an_await_is_thrown_to_the_worker()
        => (await Should.ThrowAsync<InvalidOperationException>(() => RunAsync("fails"))).Message.ShouldBe("boom");

    [Theory]
    [InlineData("add", "[]", "{}", "missing 1 required positional argument: 'x'")]
    [InlineData("add", "[1, 2, 3]", "{}", "takes from 1 to 2 positional arguments but 3 were given")]
    [InlineData("rest", "[1, 2, 3, null]", "{}", "argument 'rest[1]' must be an int (Int32), got null")]
    [InlineData("rest", "[1, 2]", """{"rest": [3]}""", "unexpected keyword argument 'rest'; it takes 'x', 'y'")]
    [InlineData("extra", "[1, 2]", """{"a": 1}""", "takes 1 positional argument but 2 were given")]
    [InlineData("extra", "[1]", """{"x": 1}""", "multiple values for argument 'x'")]
    [InlineData("extra", "[1]", """{"a": null}""", "argument 'a' must be an int (Int32), got null")]
    [InlineData("secret", "[\"open sesame\"]", "{}", "argument 'pin' must be an int (Int32), got ***")]
    [InlineData("add", "[\"a\"]", "{}", "argument 'x' must be an int (Int32), got \"a\"")]
    [InlineData("void", "[1]", "{}", "takes 0 positional arguments but 1 was given")]
    [InlineData("keyword", "[1, 2, 3]", """{"mode": "m"}""", "takes from 1 to 2 positional arguments but 3 positional arguments (and 1 keyword-only argument) were given")]
    [InlineData("keyword", "[1]", "{}", "missing 1 required keyword-only argument: 'mode'")]
    [InlineData("add", "[1]", """{"z": 1}""", "unexpected keyword argument 'z'")]
    public async Task Arguments_that_do_not_fit_are_refused_before_the_call(string task, string args, string kwargs, string message)
        => (await Should.ThrowAsync<TaskArgumentException>(() => RunAsync(task, args, kwargs))).Message.ShouldContain(message);

    [Fact]
    public async Task Instance_that_nobody_registered_is_named()
        => (await Should.ThrowAsync<CeleryConfigurationException>(() => _run.Value.Definition("add").RunAsync("[1]"))).Message.ShouldContain("AddTasks<Tasks>");

    private static Task<object?> RunAsync(string task, string args = "[]", string kwargs = "{}")
        => _run.Value.Definition(task).RunAsync(args, kwargs, Activator.CreateInstance(_run.Value.Assembly.GetType("Tasks")!));
}
