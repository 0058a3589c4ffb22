using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests;

/// <summary>ETA, countdown and expiry from one language to the other, in all the zones and spellings there are. A Python worker is asked the same each time.</summary>
public abstract class TimeTests(PeerFixture peers)
{
    // The calls are due so many seconds after they were sent; one that is read in a wrong zone runs at once or in hours.
    private const double Wait = 1.3;

    private static readonly Dictionary<string, string> _due = new()
    {
        ["a countdown"] = """{"countdown": 1.3}""",
        ["a countdown in New York"] = """{"countdown": 1.3, "timezone": "America/New_York"}""",
        ["a countdown in Rome without UTC"] = """{"countdown": 1.3, "timezone": "Europe/Rome", "enable_utc": false}""",
        ["a countdown in the machine's zone"] = """{"countdown": 1.3, "enable_utc": false}""",
        ["an eta in UTC"] = """{"eta": "soon(1.3)"}""",
        ["an eta with whole seconds"] = """{"eta": "soon(2.3).replace(microsecond=0)"}""",
        ["an eta with an offset"] = """{"eta": "soon(1.3).astimezone(timezone(timedelta(hours=5, minutes=30)))"}""",
        ["an eta in Rome"] = """{"eta": "soon(1.3).astimezone(ZoneInfo('Europe/Rome'))"}""",
        ["an eta without offset"] = """{"eta": "naive(soon(1.3))"}""",
        ["an eta without offset in New York"] = """{"eta": "naive(soon(1.3))", "timezone": "America/New_York"}""",
        ["an eta without offset in Rome without UTC"] = """{"eta": "naive(soon(1.3))", "timezone": "Europe/Rome", "enable_utc": false}""",
    };

    private static readonly Dictionary<string, string> _alive = new()
    {
        ["no time"] = "{}",
        ["an eta in the past"] = """{"eta": "soon(-3600)"}""",
        ["a countdown into the past"] = """{"countdown": -60}""",
        ["a number"] = """{"expires": 60}""",
        ["a number in New York"] = """{"expires": 60, "timezone": "America/New_York"}""",
        ["a number in Rome without UTC"] = """{"expires": 60, "timezone": "Europe/Rome", "enable_utc": false}""",
        ["an instant"] = """{"expires": "soon(60)"}""",
        ["an instant in Rome"] = """{"expires": "soon(60).astimezone(ZoneInfo('Europe/Rome'))"}""",
        ["an instant without offset"] = """{"expires": "naive(soon(60))"}""",
        ["an instant without offset in Rome without UTC"] = """{"headers": {"expires": "naive(soon(60))"}, "timezone": "Europe/Rome", "enable_utc": false}""",
        ["the end of time"] = """{"headers": {"expires": "9999-12-31T23:59:59.999999"}}""",
        ["the end of time in New York"] = """{"headers": {"expires": "9999-12-31T23:59:59-05:00"}}""",
    };

    private static readonly Dictionary<string, string> _expired = new()
    {
        ["a text in the past"] = """{"headers": {"expires": "soon(-10)"}}""",
        ["a text in the past without offset"] = """{"headers": {"expires": "naive(soon(-10))"}}""",
        ["a text in the past with an offset"] = """{"headers": {"expires": "soon(-10).astimezone(timezone(timedelta(hours=-8)))"}}""",
        ["an end before the beginning"] = """{"headers": {"expires": "soon(0.5)"}, "countdown": 1.3}""",
    };

    [Fact]
    public async Task A_call_of_Python_runs_when_it_is_due_in_whatever_zone_it_was_said()
    {
        var answers = await SendFromPythonAsync(_due);

        foreach (var (name, worker, answer) in answers)
        {
            var waited = Ran(name, worker, answer) - answer.GetProperty("sent").GetDouble();

            // The next whole second may begin as soon as it is said.
            waited.ShouldBeGreaterThanOrEqualTo(name.Contains("whole", StringComparison.Ordinal) ? Wait - 0.01 : Wait, $"{worker} ran too early: {name}");
        }
    }

    [Fact]
    public async Task A_call_of_Python_runs_as_long_as_it_has_not_expired_in_whatever_zone_that_was_said()
    {
        foreach (var (name, worker, answer) in await SendFromPythonAsync(_alive))
        {
            Ran(name, worker, answer).ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task Python_sees_that_its_call_has_expired_in_whatever_zone_that_was_said()
    {
        foreach (var (name, worker, answer) in await SendFromPythonAsync(_expired))
        {
            answer.TryGetProperty("state", out var state).ShouldBeTrue($"{worker} ran what had expired: {name}");
            state.GetString().ShouldBe("REVOKED", $"{worker}: {name}");
            answer.GetProperty("error").GetString().ShouldBe("celery.exceptions.TaskRevokedError: expired", $"{worker}: {name}");
        }
    }

    [Fact]
    public async Task A_call_from_here_runs_in_Python_when_it_is_due()
    {
        var sent = DateTimeOffset.UtcNow;
        var wait = TimeSpan.FromSeconds(Wait);
        await using var newYork = DotNetPeer.Create(options =>
        {
            peers.Configure(options);
            options.TimeZone = "America/New_York";
        });
        (string Name, Task<AsyncResult<double>> Result)[] calls =
        [
            ("a countdown", SendAsync(peers.Client, new() { Countdown = wait })),
            ("a countdown in New York", SendAsync(newYork.Client, new() { Countdown = wait })),
            ("an eta in UTC", SendAsync(peers.Client, new() { Eta = sent + wait })),
            ("an eta with an offset", SendAsync(peers.Client, new() { Eta = (sent + wait).ToOffset(TimeSpan.FromHours(-9.5)) })),
        ];

        foreach (var (name, result) in calls)
        {
            var ran = DateTimeOffset.UnixEpoch.AddSeconds(await (await result).GetAsync(Bound.Default));
            (ran - sent).ShouldBeGreaterThanOrEqualTo(wait - TimeSpan.FromMilliseconds(1), name);
        }
    }

    [Fact]
    public async Task Python_sees_the_zone_of_the_sender_in_a_countdown_and_in_an_expiry()
    {
        await using var tokyo = DotNetPeer.Create(options =>
        {
            peers.Configure(options);
            options.TimeZone = "Asia/Tokyo";
        });
        var now = DateTimeOffset.UtcNow;

        var seen = await (await tokyo.Client.SendTaskAsync(
            "interop.options", options: new() { Countdown = TimeSpan.FromSeconds(0.1), ExpiresAfter = TimeSpan.FromHours(1) })).GetAsync(Bound.Default);

        foreach (var (name, wait) in new[] { ("eta", TimeSpan.FromSeconds(0.1)), ("expires", TimeSpan.FromHours(1)) })
        {
            var instant = seen.GetProperty(name).GetDateTimeOffset();
            instant.Offset.ShouldBe(TimeSpan.FromHours(9));
            (instant - now).ShouldBe(wait, TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task A_call_from_here_expires_in_Python_and_is_seen_to_have_expired()
    {
        var now = DateTimeOffset.UtcNow;
        SendOptions[] expired =
        [
            new() { ExpiresAfter = TimeSpan.FromSeconds(0.5), Countdown = TimeSpan.FromSeconds(Wait) },
            new() { Headers = new Dictionary<string, JsonElement> { ["expires"] = JsonElement.Parse($"\"{now.AddSeconds(-10):yyyy-MM-ddTHH:mm:ss}+00:00\"") } },
        ];
        SendOptions[] alive = [new() { ExpiresAt = DateTimeOffset.MaxValue }, new() { ExpiresAfter = TimeSpan.MaxValue }, new() { ExpiresAt = now.AddHours(1).ToOffset(TimeSpan.FromHours(14)) }];

        foreach (var options in expired)
        {
            var error = await Should.ThrowAsync<RemoteTaskException>(async () => await (await SendAsync(peers.Client, options)).GetAsync(Bound.Default));
            (error.State, error.ExceptionType, error.ExceptionMessage).ShouldBe((TaskState.Revoked, "TaskRevokedError", "expired"));
        }

        foreach (var options in alive)
        {
            (await (await SendAsync(peers.Client, options)).GetAsync(Bound.Default)).ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task A_task_sees_the_times_of_its_message_as_they_were_said()
    {
        var due = DateTimeOffset.UtcNow.AddSeconds(-1).ToOffset(TimeSpan.FromHours(2));
        var until = due.AddHours(1).ToOffset(TimeSpan.FromHours(-3));
        var options = new SendOptions { Queue = peers.DotNetQueue, Eta = Micro(due), ExpiresAt = Micro(until) };

        var seen = await (await peers.Client.SendTaskAsync<DateTimeOffset[]>("interop.due", options: options)).GetAsync(Bound.Default);

        seen.ShouldBe([Micro(due), Micro(until)]);
    }

    private static DateTimeOffset Micro(DateTimeOffset instant) => instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));

    private static Task<AsyncResult<double>> SendAsync(ICeleryClient client, SendOptions options) => client.SendTaskAsync<double>("interop.now", options: options);

    private static double Ran(string name, string worker, JsonElement answer)
        => answer.TryGetProperty("ran", out var ran) ? ran.GetDouble() : throw new InvalidOperationException($"{worker} did not run what had {name}: {answer}");

    // To both workers; what the Python worker does is what must be done here.
    private async Task<IReadOnlyList<(string Name, string Worker, JsonElement Answer)>> SendFromPythonAsync(Dictionary<string, string> cases)
    {
        var answers = new List<(string, string, JsonElement)>();
        foreach (var (worker, queue) in new[] { ("Python", peers.PythonQueue), (".NET", peers.DotNetQueue) })
        {
            var command = new JsonObject { ["cases"] = new JsonArray([.. cases.Values.Select(each => JsonNode.Parse(each))]), ["queue"] = queue };
            var answer = await peers.Python.AskAsync("times", command);
            answers.AddRange(cases.Keys.Zip(answer.EnumerateArray(), (name, each) => (name, worker, each)));
        }

        answers.Count.ShouldBe(2 * cases.Count);
        return answers;
    }
}

[Collection<RedisRedis>]
public sealed class TimeOverRedisWithRedisResultsTests(PeerFixture<RedisBrokerRedisResults> peers) : TimeTests(peers);

[Collection<AmqpRedis>]
public sealed class TimeOverAmqpWithRedisResultsTests(PeerFixture<AmqpBrokerRedisResults> peers) : TimeTests(peers);
