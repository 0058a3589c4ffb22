using CeleryNet.Extensibility;
namespace CeleryNet.Generators.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void Class_with_an_instance_task_asks_for_its_instance()
    {
        var run = GeneratorHarness.Run("namespace Proj; public class Tasks { [CeleryTask] public int A() => 1; [CeleryTask] public static int B() => 1; }");

        var registration = run.Registration("Proj.Tasks");

        registration.InstanceType.ShouldBe(run.Assembly.GetType("Proj.Tasks"));
        registration.CreateDefinitions().Select(definition => definition.Name).ShouldBe(["Proj.Tasks.A", "Proj.Tasks.B"]);
    }

    [Theory]
    [InlineData("public static class Tasks")]
    [InlineData("public abstract class Tasks")]
    [InlineData("internal class Tasks")]
    public void Class_with_static_tasks_asks_for_no_instance(string declaration)
    {
        var run = GeneratorHarness.Run(declaration + " { [CeleryTask] public static int B() => 1; }");

        run.Registration("Tasks").InstanceType.ShouldBeNull();
    }

    [Fact]
    public void Types_of_arguments_and_results_are_listed_for_the_serializer()
    {
        var run = GeneratorHarness.Run("""
            #nullable enable
            public static class Tasks
            {
                [CeleryTask] public static Task<string?> A(int? x, string? text, TaskContext context, CancellationToken cancellationToken, params long[] more) => Task.FromResult(text);
                [CeleryTask] public static void B() { }
                [CeleryTask] public static dynamic C(List<string?> texts, [CeleryKeywordArguments] Dictionary<string, System.Text.Json.JsonElement> rest) => texts;
            }
            """);

        run.Registration("Tasks").CreateDefinitions().Select(definition => definition.JsonTypes).ShouldBe(
        [
            [typeof(int?), typeof(string), typeof(long)],
            [],
            [typeof(List<string>), typeof(System.Text.Json.JsonElement), typeof(object)],
        ]);
    }

    [Fact]
    public void Names_come_from_the_attribute_or_from_namespace_outer_types_and_method()
    {
        var run = GeneratorHarness.Run("""
            namespace Proj.@event
            {
                public partial class Outer
                {
                    public static partial class Tasks
                    {
                        [CeleryTask] public static Task<int> FetchAsync() => Task.FromResult(1);
                    }
                }
            }
            """, """
            namespace Proj.@event
            {
                public partial class Outer
                {
                    public static partial class Tasks
                    {
                        [CeleryTask(name: "proj.\"tasks\"\n\u2028<add>")] public static int Add() => 1;
                    }
                }
            }
            """);

        run.Registration("Proj.event.Outer+Tasks").CreateDefinitions().Select(definition => definition.Name)
            .ShouldBe(["Proj.event.Outer.Tasks.Fetch", "proj.\"tasks\"\n\u2028<add>"]);
    }

    [Fact]
    public void Only_what_the_attribute_says_is_set()
    {
        var run = GeneratorHarness.Run("""
            public static class Tasks
            {
                [CeleryTask("plain")] public static void Plain() { }
                [CeleryTask("all", AcksLate = true, AcksOnFailure = false, IgnoreResult = true, StoreErrorsEvenIfIgnored = false, KeepIfFailed = true, TrackStarted = true, SendEvents = false,
                    AcksOnTimeout = false, RejectOnWorkerLost = true, MaxDeliveries = 5, RateLimit = "100/m", TimeLimit = "00:05:00", SoftTimeLimit = "0.5")]
                public static void All() { }
                [CeleryTask("unlimited", TimeLimit = "0", SoftTimeLimit = "30")] public static void Unlimited() { }
                [CeleryTask("unbound", MaxDeliveries = CeleryTaskAttribute.UnlimitedDeliveries)] public static void Unbound() { }
            }
            """);

        var plain = run.Definition("plain");
        var all = run.Definition("all");

        new[] { plain.AcksLate, plain.AcksOnFailure, plain.IgnoreResult, plain.StoreErrorsEvenIfIgnored, plain.KeepIfFailed, plain.TrackStarted }
            .ShouldAllBe(value => value == null);
        new[] { all.AcksLate, all.AcksOnFailure, all.IgnoreResult, all.StoreErrorsEvenIfIgnored, all.KeepIfFailed, all.TrackStarted }
            .ShouldBe([true, false, true, false, true, true]);
        (plain.SendEvents, all.SendEvents).ShouldBe((null, false));
        (plain.AcksOnTimeout, plain.RejectOnWorkerLost, plain.MaxDeliveries).ShouldBe((null, null, null));
        (all.AcksOnTimeout, all.RejectOnWorkerLost, all.MaxDeliveries).ShouldBe((false, true, 5));
        run.Definition("unbound").MaxDeliveries.ShouldBe(-1);
        (plain.TimeLimit, plain.SoftTimeLimit).ShouldBe((null, null));
        (all.TimeLimit, all.SoftTimeLimit).ShouldBe((TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(0.5)));
        var unlimited = run.Definition("unlimited");
        (unlimited.TimeLimit, unlimited.SoftTimeLimit).ShouldBe((TimeSpan.Zero, TimeSpan.FromSeconds(30)));
        (plain.RateLimit, all.RateLimit).ShouldBe((null, RateLimit.Parse("100/m")));
    }

    [Fact]
    public void What_the_attribute_says_of_retries_is_set()
    {
        var run = GeneratorHarness.Run("""
            public static class Tasks
            {
                [CeleryTask("plain")] public static void Plain() { }

                [CeleryTask("all", MaxRetries = 5, RetryDelay = "00:00:30", AutoRetryFor = [typeof(IOException), typeof(Own.Error)],
                    DontAutoRetryFor = new[] { typeof(FileNotFoundException), typeof(Generic<int>) }, RetryBackoffFactor = 4, RetryBackoffMax = "1.00:00:00", RetryJitter = false)]
                public static void All() { }

                [CeleryTask("some", MaxRetries = CeleryTaskAttribute.UnlimitedRetries, RetryDelay = "0.5", RetryBackoff = true)] public static void Some() { }

                [CeleryTask("off", MaxRetries = 0, RetryBackoff = false, AutoRetryFor = [])] public static void Off() { }
            }

            public static class Own { internal sealed class Error : Exception; }
            public sealed class Generic<T> : Exception;
            """);

        run.Diagnostics.ShouldBeEmpty();
        var plain = run.Definition("plain");
        (plain.MaxRetries, plain.RetryDelay, plain.RetryBackoff).ShouldBe((3, TimeSpan.FromSeconds(180), null));
        plain.AutoRetryFor.Concat(plain.DontAutoRetryFor).ShouldBeEmpty();
        var all = run.Definition("all");
        (all.MaxRetries, all.RetryDelay).ShouldBe((5, TimeSpan.FromSeconds(30)));
        all.AutoRetryFor.Select(type => type.Name).ShouldBe(["IOException", "Error"]);
        all.DontAutoRetryFor.Select(type => type.Name).ShouldBe(["FileNotFoundException", "Generic`1"]);
        all.RetryBackoff.ShouldBe(new() { Factor = 4, Maximum = TimeSpan.FromDays(1), Jitter = false });
        var some = run.Definition("some");
        (some.MaxRetries, some.RetryDelay).ShouldBe((null, TimeSpan.FromMilliseconds(500)));
        some.RetryBackoff.ShouldBe(new() { Factor = 1, Maximum = TimeSpan.FromSeconds(600), Jitter = true });
        var off = run.Definition("off");
        (off.MaxRetries, off.RetryBackoff, off.AutoRetryFor.Count).ShouldBe((0, null, 0));
    }

    [Fact]
    public void Parameters_are_named_for_the_wire_with_keyword_only_ones_last()
    {
        var run = GeneratorHarness.Run("""
            public static class Tasks
            {
                [CeleryTask("t")]
                public static void Run(
                    TaskContext context,
                    int zipCode,
                    [CeleryArgument(KeywordOnly = true)] int keyOne,
                    [CeleryArgument("what")] string @class,
                    CancellationToken token,
                    [CeleryArgument("k2", KeywordOnly = true)] int two = 2,
                    int last = 3)
                {
                }
            }
            """);

        run.Definition("t").Parameters.Select(each => (each.Name, each.ClrName, each.IsOptional, each.IsKeywordOnly)).ShouldBe(
        [
            ("zip_code", "zipCode", false, false),
            ("what", "class", false, false),
            ("last", "last", true, false),
            ("key_one", "keyOne", false, true),
            ("k2", "two", true, true),
        ]);
    }

    [Fact]
    public void Tasks_of_an_interface_are_not_registered()
    {
        var run = GeneratorHarness.Run("""
            public interface IMlTasks { [CeleryTask("ml.embed")] float[] Embed(string text); }
            public sealed class MlTasks : IMlTasks { public float[] Embed(string text) => []; }
            """);

        run.Assembly.GetCustomAttributes(typeof(Extensibility.TaskRegistrationAttribute), inherit: false).ShouldBeEmpty();
    }

    [Fact]
    public void Class_may_run_the_task_its_interface_declares()
    {
        var run = GeneratorHarness.Run("""
            public interface IMlTasks { [CeleryTask("ml.embed")] string Embed(string text); }
            public sealed class MlTasks : IMlTasks { [CeleryTask("ml.embed")] public string Embed(string text) => text; }
            public static class Calls
            {
                public static string Own() => MlTasks.Signatures.Embed("x").TaskName;
                public static string Declared() => IMlTasks.Signatures.Embed("x").TaskName;
            }
            """);

        run.Diagnostics.ShouldBeEmpty();
        run.Definition("ml.embed").ShouldNotBeNull();
        run.Call<string>("Calls", "Own").ShouldBe("ml.embed");
        run.Call<string>("Calls", "Declared").ShouldBe("ml.embed");
    }
}
