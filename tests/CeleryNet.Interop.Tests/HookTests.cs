using System.Text.Json.Nodes;
using CeleryNet.Extensibility;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Interop.Tests;

/// <summary>Hooks of this side, with Python on the other.</summary>
public abstract class HookTests(PeerFixture peers)
{
    [Fact]
    public async Task A_header_that_a_publish_middleware_adds_is_seen_by_a_Python_task()
    {
        await using var sender = await DotNetPeer.StartAsync(peers.Configure, extend: celery => celery.AddPublishMiddleware<TenantSender>());

        var seen = await (await sender.Client.SendTaskAsync("interop.options", [1])).GetAsync(Bound.Default);

        seen.GetProperty("x-own").GetString().ShouldBe("grün & co");
    }

    [Fact]
    public async Task A_task_sent_from_Python_runs_within_the_middleware_and_is_told_to_the_observers()
    {
        var queue = Names.Unique("interop-hooks");
        var told = new TestSignal<string>();
        await using var worker = await DotNetPeer.StartAsync(
            peers.Configure,
            options =>
            {
                options.Queues = [queue];
                options.Hostname = $"dotnet-{queue}@%h";
            },
            peers.Counters,
            celery =>
            {
                celery.Services.AddSingleton(told);
                celery.AddTaskMiddleware<TenantReader>().AddTaskObserver<Teller>();
            });

        var answer = await peers.Python.CallAsync(
            "interop.add", "[2]", """{"y": 3}""", new JsonObject { ["queue"] = queue, ["headers"] = new JsonObject { ["x-tenant"] = "acme" } });

        answer.Repr.ShouldBe("""'interop.add of acme: [2] {"y": 3} = 5'""");
        (await told.WaitAsync()).ShouldBe($"received {answer.Id}");
        (await told.WaitAsync()).ShouldBe($"succeeded {answer.Id}");
    }

    private sealed class TenantSender : IPublishMiddleware
    {
        public ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken)
            => next(context.WithHeader("x-own", "grün & co"), cancellationToken);
    }

    private sealed class TenantReader : ITaskMiddleware
    {
        public async ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next)
        {
            var result = await next();
            return TaskValue.Of($"{run.Context.TaskName} of {run.Context.Headers["x-tenant"]}: {run.Args} {run.Kwargs} = {result.AsObject()}");
        }
    }

    private sealed class Teller(TestSignal<string> told) : ITaskObserver
    {
        public ValueTask OnReceivedAsync(ReceivedTask task, CancellationToken cancellationToken)
        {
            told.Fire($"received {task.Id}");
            return ValueTask.CompletedTask;
        }

        public ValueTask OnSucceededAsync(TaskCompletion completion, CancellationToken cancellationToken)
        {
            told.Fire($"succeeded {completion.Task.Id}");
            return ValueTask.CompletedTask;
        }
    }
}

[Collection<RedisRedis>]
public sealed class HookOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : HookTests(peers);

[Collection<AmqpRpc>]
public sealed class HookOverAmqpTests(PeerFixture<AmqpBrokerRpcResults> peers) : HookTests(peers);
