using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;

namespace CeleryNet.Interop.Tests;

/// <summary>Time limits that Python sends, and .NET tasks that exceed theirs as Python sees them.</summary>
public abstract class TimeLimitTests(PeerFixture peers)
{
    [Fact]
    public async Task Soft_limit_of_a_Python_call_ends_a_dotnet_task_with_Celerys_own_exception()
    {
        var answer = await peers.Python.CallAsync("interop.overtime", "[false]", options: new() { ["soft_time_limit"] = 0.3, ["time_limit"] = 30 });

        (answer.State, answer.ErrorModule, answer.ErrorType).ShouldBe(("FAILURE", "billiard.exceptions", "SoftTimeLimitExceeded"));
        answer.ErrorRepr.ShouldBe("SoftTimeLimitExceeded()");
        answer.Traceback.ShouldNotBeNull().ShouldContain("OvertimeAsync");
    }

    [Fact]
    public async Task A_dotnet_task_may_finish_after_the_soft_limit_of_a_Python_call()
        => (await peers.Python.CallAsync("interop.overtime", "[true]", options: new() { ["soft_time_limit"] = 0.3 })).Repr.ShouldBe("'SoftTimeLimit'");

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task Hard_limit_of_a_Python_call_ends_a_dotnet_task_whatever_it_does(string finishes)
    {
        var answer = await peers.Python.CallAsync("interop.overtime", $"[{finishes}]", options: new JsonObject { ["time_limit"] = 0.3 });

        (answer.State, answer.ErrorModule, answer.ErrorType).ShouldBe(("FAILURE", "billiard.exceptions", "TimeLimitExceeded"));
        answer.ErrorRepr.ShouldBe("TimeLimitExceeded(0.3)");
        answer.Traceback.ShouldBeNull();
    }

    [Fact]
    public async Task Python_learns_of_a_dotnet_task_that_heeds_nothing_when_its_own_limit_is_over()
    {
        var answer = await peers.Python.CallAsync("interop.block");

        (answer.State, answer.ErrorRepr).ShouldBe(("FAILURE", "TimeLimitExceeded(1)"));
        answer.States.Count(state => state.GetProperty("status").GetString() == "FAILURE").ShouldBe(1);
    }
}

[Collection<RedisRedis>]
public sealed class TimeLimitOverRedisWithRedisResultsTests(PeerFixture<RedisBrokerRedisResults> peers) : TimeLimitTests(peers);

[Collection<RedisRpc>]
public sealed class TimeLimitOverRedisWithRpcResultsTests(PeerFixture<RedisBrokerRpcResults> peers) : TimeLimitTests(peers);

[Collection<AmqpRedis>]
public sealed class TimeLimitOverAmqpWithRedisResultsTests(PeerFixture<AmqpBrokerRedisResults> peers) : TimeLimitTests(peers);

[Collection<AmqpRpc>]
public sealed class TimeLimitOverAmqpWithRpcResultsTests(PeerFixture<AmqpBrokerRpcResults> peers) : TimeLimitTests(peers);
