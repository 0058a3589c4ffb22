using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Interop.Tests;

/// <summary>What no worker could run, brought back when one can.</summary>
public abstract class DeadLetterTests(PeerFixture peers)
{
    [Fact]
    public async Task A_message_of_Python_that_no_worker_knew_is_replayed_to_one_that_does()
    {
        var queue = Names.Unique("interop-late");
        string id;
        await using (var early = await StartAsync(queue))
        {
            var sent = await peers.Python.AskAsync("send", new JsonObject { ["name"] = "interop.late", ["args"] = new JsonArray(6, 7), ["queue"] = queue });
            id = sent.GetProperty("id").GetString()!;
            await StateAsync(id, "FAILURE");
            await CountedAsync(early, queue, 1);
        }

        await using var late = await StartAsync(queue, celery => celery.AddTasks<LateTasks>());
        var letters = late.Services.GetRequiredService<IDeadLetters>();
        var found = new List<DeadLetter>();
        await foreach (var letter in letters.ListAsync(queue))
        {
            found.Add(letter);
        }

        var only = found.ShouldHaveSingleItem();
        only.TaskName.ShouldBe("interop.late");
        only.TaskId.ShouldNotBeNull().Value.ShouldBe(id);
        only.Reason.ShouldContain("not registered");
        (await letters.ReplayAsync(queue, only.Id)).ShouldBeTrue();

        (await StateAsync(id, "SUCCESS")).ShouldBe("42");
        (await letters.CountAsync(queue)).ShouldBe(0);
    }

    private Task<DotNetPeer> StartAsync(string queue, Action<CeleryBuilder>? extend = null) => DotNetPeer.StartAsync(
        peers.Configure,
        worker =>
        {
            worker.Queues = [queue];
            worker.Hostname = $"dotnet-{queue}@%h";
        },
        peers.Counters,
        extend);

    private static async Task CountedAsync(DotNetPeer peer, string queue, long count)
    {
        using var bound = new CancellationTokenSource(Bound.Default);
        while (await peer.Services.GetRequiredService<IDeadLetters>().CountAsync(queue, bound.Token) != count)
        {
            await Task.Yield();
        }
    }

    private async Task<string> StateAsync(string id, string state)
        => (await peers.Python.AskAsync("outcome", new JsonObject { ["id"] = id, ["state"] = state })).GetProperty("repr").GetString()!;
}

/// <summary>Tasks that the first worker does not have.</summary>
public sealed class LateTasks
{
    [CeleryTask("interop.late")]
    public static long Late(long x, long y) => x * y;
}

[Collection<RedisRedis>]
public sealed class DeadLetterOverRedisTests(PeerFixture<RedisBrokerRedisResults> peers) : DeadLetterTests(peers);

[Collection<AmqpRedis>]
public sealed class DeadLetterOverAmqpTests(PeerFixture<AmqpBrokerRedisResults> peers) : DeadLetterTests(peers);
