using System.Text.Json;
using System.Text.RegularExpressions;
using CeleryNet.TestKit;

namespace CeleryNet.Aot.Tests;

/// <summary>samples/Worker as a native program: it runs each of its tasks for callers of both languages, on both brokers.</summary>
public sealed partial class NativeWorkerTests(NativeWorker worker) : IClassFixture<NativeWorker>
{
    // Each call, and its result as JSON. Decimals travel as text, see docs/messages.md.
    private static readonly (string Task, object?[] Args, string Result)[] _calls =
    [
        ("tasks.add", [2, 3], "5.0"),
        ("tasks.add", [2.5, 3], "5.5"),
        ("tasks.mul", [6, 7], "42.0"),
        ("tasks.tsum", [new[] { 1, 2.5, 4 }], "7.5"),
        ("tasks.echo", [JsonElement.Parse("""{"a": [1, null, "ключ"]}""")], """{"a":[1,null,"ключ"]}"""),
        ("tasks.sleep", [0.01], "0.01"),
        ("tasks.process_data", ["report.csv"], "\"Processed report.csv\""),
    ];

    public static TheoryData<string> Brokers { get; } = ["redis", "amqp"];

    [Fact]
    public void Worker_is_compiled_without_a_warning()
    {
        worker.BuildOutput.ShouldContain("Generating native code");
        worker.BuildOutput.ShouldNotContain("warning", Case.Insensitive);
        Directory.GetFiles(worker.Folder, "*.dll").ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Each_task_of_the_worker_runs_for_a_client_of_dotnet(string broker)
    {
        await using var running = new RunningWorker(Url(broker));
        await running.StartAsync(worker.Path);
        foreach (var (task, args, expected) in _calls)
        {
            var sent = await running.Client.SendTaskAsync(task, args);

            var result = await sent.GetAsync(Bound.Default);

            JsonElement.DeepEquals(result, JsonElement.Parse(expected)).ShouldBeTrue($"{task} returned {result}");
        }

        var failing = await running.Client.SendTaskAsync("tasks.fail", ["no such file"]);
        var error = await Should.ThrowAsync<RemoteTaskException>(() => failing.GetAsync(Bound.Default));
        error.InnerException.ShouldBeOfType<ArgumentException>().Message.ShouldBe("no such file");
        (await running.StopAsync()).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Brokers))]
    public async Task Each_task_of_the_worker_runs_for_Python(string broker)
    {
        await using var running = new RunningWorker(Url(broker));
        await running.StartAsync(worker.Path);
        var calls = JsonSerializer.Serialize(_calls.Select(call => new object[] { call.Task, call.Args }).Append(["tasks.fail", new[] { "no such file" }]));
        await using var python = PythonProcess.StartScript(
            Path.Combine(AppContext.BaseDirectory, "python", "calls.py"), [running.Broker, running.Results, running.Queue, calls]);

        var exitCode = await python.WaitForExitAsync();

        exitCode.ShouldBe(0, python.Output);
        (string Task, string Result)[] expected = [.. _calls.Select(call => (call.Task, call.Result)), ("tasks.fail", "\"ValueError: no such file\"")];
        python.Lines.Count.ShouldBe(expected.Length, python.Output);
        foreach (var ((task, result), line) in expected.Zip(python.Lines))
        {
            line.ShouldStartWith(task + " ");
            JsonElement.DeepEquals(JsonElement.Parse(line[task.Length..]), JsonElement.Parse(result)).ShouldBeTrue(line);
        }

        (await running.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public void Every_task_of_the_worker_is_among_the_calls()
    {
        var tasks = TaskName().Matches(File.ReadAllText(Repository.PathOf("samples", "Worker", "SampleTasks.cs"))).Select(match => match.Groups[1].Value);

        tasks.ShouldBe([.. _calls.Select(call => call.Task).Distinct(), "tasks.fail"], ignoreOrder: true);
    }

    private static string Url(string broker) => broker == "amqp" ? TestBrokers.Amqp : TestBrokers.RedisDatabase(9);

    [GeneratedRegex("""\[CeleryTask\("([^"]+)""")]
    private static partial Regex TaskName();
}
