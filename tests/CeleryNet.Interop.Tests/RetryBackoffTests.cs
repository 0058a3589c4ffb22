using System.Text.Json.Nodes;
using CeleryNet.Extensibility;
using CeleryNet.Interop.Tests.Peers;

namespace CeleryNet.Interop.Tests;

/// <summary>Waits before automatic retries, beside those that Celery computes.</summary>
[Collection<RedisRedis>]
public sealed class RetryBackoffTests(PeerFixture<RedisBrokerRedisResults> peers)
{
    [Fact]
    public async Task Waits_are_those_of_Celery()
    {
        var random = new Random(1);
        (int Factor, int Retries, int Maximum)[] cases =
        [
            (1, 0, 600), (1, 9, 600), (1, 10, 600), (1, 1000, 600), (int.MaxValue, 0, 1), (int.MaxValue, 3, int.MaxValue), (1, 31, int.MaxValue),
            .. Enumerable.Range(0, 500).Select(_ => (random.Next(1, 1 << random.Next(1, 31)), random.Next(80), random.Next(1, 1 << random.Next(1, 31)))),
        ];

        var answer = await peers.Python.AskAsync("backoff", new JsonObject
        {
            ["cases"] = new JsonArray([.. cases.Select(each => new JsonArray(each.Factor, each.Retries, each.Maximum))]),
        });

        var waits = cases.Select(each => (long)new RetryBackoff { Factor = each.Factor, Maximum = TimeSpan.FromSeconds(each.Maximum), Jitter = false }
            .WaitAfter(each.Retries, random).TotalSeconds);
        waits.ShouldBe(answer.EnumerateArray().Select(each => each.GetInt64()));
    }
}
