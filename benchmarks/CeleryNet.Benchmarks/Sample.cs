using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Tasks;
using CeleryNet.TestKit;

namespace CeleryNet.Benchmarks;

/// <summary>The messages and tasks that are measured.</summary>
internal static class Sample
{
    public const string Id = "0199f1a6-5c2e-7b44-9c41-8a3f5f0c1d2e";

    public static JsonSerializerOptions Json { get; } = CeleryJson.Complete(null);

    public static TaskContext Context { get; } = new(Id, "bench.add", new TaskCancellation()) { RootId = Id, Hostname = "celery@bench" };

    public static string Order { get; } =
        """{"customer_name": "Ada Lovelace", "address": {"street": "12 St James's Square", "zip_code": 4711}, "lines": [{"quantity": 3}, {"quantity": 40}], "note": null}""";

    /// <summary>What Celery sends for <c>add.delay(2, 3)</c>.</summary>
    public static Envelope Add() => MessageFactory.Task("bench.add", "[2, 3]", id: Id, replyTo: "0b7e7a0e-93b5-3b4b-8a55-7c2c0b6f5d10");

    public static TaskBody Body(string args, string kwargs = "{}") => new(Encoding.UTF8.GetBytes(args), Encoding.UTF8.GetBytes(kwargs), TaskEmbed.Empty);

    public static TaskDefinition Task(string name)
        => TaskRegistrations.Find(typeof(BenchmarkTasks)).CreateDefinitions().Single(definition => definition.Name == name);

    public static TaskInvocation Invocation(TaskDefinition definition, TaskBody body)
        => new(definition, body, Json, Context, new NoScopes());
}
