using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Extensibility;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Tasks;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>Arguments meet the parameters of a task exactly as they meet those of a Python function of the same shape.</summary>
public sealed class PythonCallTests
{
    private const int Shapes = 150;
    private const int CallsOfEach = 20;

    private static readonly JsonSerializerOptions _options = CeleryJson.Complete(null);

    [Theory]
    [InlineData(1)]
    [InlineData(20_260_101)]
    public async Task Any_call_of_a_function_of_any_shape_is_taken_or_refused_as_Python_does_it(int seed)
    {
        var random = new Random(seed);
        var shapes = Enumerable.Range(0, Shapes).Select(_ => Shape.Any(random)).ToArray();
        var calls = shapes.SelectMany(shape => Enumerable.Range(0, CallsOfEach).Select(_ => (Shape: shape, Arguments: shape.AnyCall(random)))).ToArray();
        var answers = await AskPythonAsync(new JsonArray([.. calls.Select(call => new JsonObject
        {
            ["parameters"] = call.Shape.ToPython(),
            ["args"] = call.Arguments.Args.DeepClone(),
            ["kwargs"] = call.Arguments.Kwargs.DeepClone(),
        })]));
        var (taken, refused) = (0, new HashSet<string>());

        foreach (var ((shape, (args, kwargs)), expected) in calls.Zip(answers))
        {
            var (bound, error) = shape.Bind(args.ToJsonString(), kwargs.ToJsonString());

            var shown = $"f({shape.ToPython()}) with {args.ToJsonString()} and {kwargs.ToJsonString()}: Python says {expected}, here it is {bound?.ToJsonString() ?? error}";
            if (expected.TryGetProperty("bound", out var values))
            {
                JsonElement.DeepEquals(JsonSerializer.SerializeToElement(bound), values).ShouldBeTrue(shown);
                taken++;
            }
            else
            {
                // What the task would have taken is said beside Python's words.
                error.ShouldNotBeNull(shown).Split("; it takes")[0].ShouldBe(expected.GetProperty("error").GetString()!.Split(". Did you mean")[0], shown);
                refused.Add(Category(error));
            }
        }

        answers.Count.ShouldBe(Shapes * CallsOfEach);
        taken.ShouldBeGreaterThan(Shapes * CallsOfEach / 10);
        refused.ShouldBe(["takes", "missing positional", "missing keyword-only", "unexpected", "multiple"], ignoreOrder: true);
    }

    private static async Task<IReadOnlyList<JsonElement>> AskPythonAsync(JsonArray calls)
    {
        await using var python = PythonProcess.StartScript(PythonSettings.Script("calls.py"));
        await python.WriteLineAsync(calls.ToJsonString());
        var line = await python.WaitForLineAsync("ANSWERS");
        return [.. JsonElement.Parse(line["ANSWERS ".Length..]).EnumerateArray()];
    }

    private static string Category(string error)
        => error.Contains(" unexpected ", StringComparison.Ordinal) ? "unexpected"
            : error.Contains(" multiple ", StringComparison.Ordinal) ? "multiple"
            : error.Contains(" takes ", StringComparison.Ordinal) ? "takes"
            : error.Contains(" keyword-only ", StringComparison.Ordinal) ? "missing keyword-only" : "missing positional";

    /// <summary>The parameters of a function: <c>a, b=-1, *rest, k, l=-1, **extra</c>. The default of every one is -1.</summary>
    private sealed record Shape(int Required, int Optional, bool HasRest, IReadOnlyList<bool> KeywordOnly, bool HasExtra)
    {
        private static readonly string[] _positional = ["a", "b", "c", "d"];
        private static readonly string[] _keywordOnly = ["k", "l", "m"];
        private static readonly string[] _names = [.. _positional, .. _keywordOnly, "rest", "extra", "z", "y"];

        public static Shape Any(Random random)
        {
            var required = random.Next(4);
            return new(
                required,
                random.Next(_positional.Length - required + 1),
                random.Next(2) == 0,
                [.. Enumerable.Range(0, random.Next(_keywordOnly.Length + 1)).Select(_ => random.Next(2) == 0)],
                random.Next(3) == 0);
        }

        public (JsonArray Args, JsonObject Kwargs) AnyCall(Random random)
        {
            var value = 0;
            var args = new JsonArray([.. Enumerable.Range(0, random.Next(Required + Optional + 2)).Select(_ => JsonValue.Create(value++))]);
            var kwargs = new JsonObject();

            // Half of the calls give what is still needed and little else; blind ones would hardly ever be taken.
            var isSensible = random.Next(2) == 0;
            for (var i = args.Count; isSensible && i < Required; i++)
            {
                kwargs[_positional[i]] = value++;
            }

            for (var i = 0; isSensible && i < KeywordOnly.Count; i++)
            {
                kwargs[_keywordOnly[i]] = value++;
            }

            for (var i = random.Next(isSensible ? 2 : 5); i > 0; i--)
            {
                kwargs[_names[random.Next(_names.Length)]] = value++;
            }

            return (args, kwargs);
        }

        public string ToPython()
        {
            var parts = new List<string>();
            parts.AddRange(_positional.Take(Required + Optional).Select((name, i) => i < Required ? name : name + "=-1"));
            if (HasRest)
            {
                parts.Add("*rest");
            }
            else if (KeywordOnly.Count > 0)
            {
                parts.Add("*");
            }

            parts.AddRange(KeywordOnly.Select((isOptional, i) => isOptional ? _keywordOnly[i] + "=-1" : _keywordOnly[i]));
            if (HasExtra)
            {
                parts.Add("**extra");
            }

            return string.Join(", ", parts);
        }

        public (JsonObject? Bound, string? Error) Bind(string args, string kwargs)
        {
            var definition = new TaskDefinition("f", [.. Parameters()], _ => new(TaskValue.Null));
            var body = new TaskBody(Encoding.UTF8.GetBytes(args), Encoding.UTF8.GetBytes(kwargs), TaskEmbed.Empty);
            var context = new TaskContext("id", "f", new TaskCancellation()) { RootId = "id", Hostname = "celery@test" };
            try
            {
                var arguments = new TaskInvocation(definition, body, _options, context, new NoScopes()).BindArguments();
                var bound = new JsonObject();
                for (var i = 0; i < definition.Parameters.Count; i++)
                {
                    bound[definition.Parameters[i].Name] = definition.Parameters[i] switch
                    {
                        { Collects: CollectedArguments.Positional } => JsonSerializer.SerializeToNode(arguments.GetItems<int>(i)),
                        { Collects: CollectedArguments.Keyword } => JsonSerializer.SerializeToNode(arguments.GetKeywords<int>(i)),
                        { IsOptional: true } => arguments.Get(i, -1),
                        _ => arguments.Get<int>(i),
                    };
                }

                return (bound, null);
            }
            catch (TaskArgumentException error)
            {
                return (null, error.Message);
            }
        }

        private IEnumerable<TaskParameter> Parameters()
        {
            for (var i = 0; i < Required + Optional; i++)
            {
                yield return new(_positional[i], _positional[i], isOptional: i >= Required, isKeywordOnly: false);
            }

            if (HasRest)
            {
                yield return new("rest", "rest", isOptional: false, isKeywordOnly: false) { Collects = CollectedArguments.Positional };
            }

            for (var i = 0; i < KeywordOnly.Count; i++)
            {
                yield return new(_keywordOnly[i], _keywordOnly[i], isOptional: KeywordOnly[i], isKeywordOnly: true);
            }

            if (HasExtra)
            {
                yield return new("extra", "extra", isOptional: false, isKeywordOnly: false) { Collects = CollectedArguments.Keyword };
            }
        }
    }
}
