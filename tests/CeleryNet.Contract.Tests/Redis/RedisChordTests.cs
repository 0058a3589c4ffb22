using CeleryNet.Contract.Tests.Results;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Redis;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Redis;

public class RedisChordTests : ChordContract
{
    [Fact]
    public async Task Keys_are_celerys_and_expire()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.ResultDatabase);
        await Sender.SetSizeAsync(Group, 2, Token);
        await Worker.ExpectOneMoreAsync(Group, Token);

        await AddAsync("a", 7, """{"k":[1,"ä"]}""");

        RedisValue report = """[1, "a", "SUCCESS", {"k": [1, "\u00e4"]}]""";
        if (IsOrdered)
        {
            (await database.SortedSetRangeByScoreWithScoresAsync(Key(".j"))).ShouldHaveSingleItem().ShouldBe(new SortedSetEntry(report, 7));
        }
        else
        {
            (await database.ListRangeAsync(Key(".j"))).ShouldHaveSingleItem().ShouldBe(report);
        }

        (await database.StringGetAsync(Key(".s"))).ShouldBe(2);
        (await database.StringGetAsync(Key(".t"))).ShouldBe(1);
        foreach (var key in new[] { Key(".j"), Key(".s"), Key(".t") })
        {
            (await database.KeyTimeToLiveAsync(key)).ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        }

        await Worker.DeleteChordAsync(Group, Token);
        (await database.KeyExistsAsync([Key(".j"), Key(".s"), Key(".t")])).ShouldBe(0);
    }

    [Fact]
    public async Task Parts_that_Python_counted_twice_do_not_hide_that_one_is_missing_nor_that_all_are_there()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.ResultDatabase);
        await Sender.SetSizeAsync(Group, 3, Token);
        await PushAsync(database, """[1, "a", "SUCCESS", 1]""", 0);
        await PushAsync(database, """[1, "a", "SUCCESS", 2]""", 0);

        (await AddAsync("b", 1)).ShouldBeNull("three reports, of two members");
        var all = (await AddAsync("c", 2)).ShouldNotBeNull("four reports, of three members");

        all.Parts.Select(part => part.TaskId.Value).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task Member_that_reports_again_leaves_one_report_for_Python_to_count()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.ResultDatabase);

        await AddAsync("a", 0, "\"lost\"", TaskState.Failure);
        await AddAsync("a", 0, "1");
        await AddAsync("a", 0, "2");
        await AddAsync("b", 1);

        var reports = IsOrdered ? await database.SortedSetRangeByRankAsync(Key(".j")) : await database.ListRangeAsync(Key(".j"));
        reports.Select(report => report.ToString()).ShouldBe(["""[1, "a", "SUCCESS", 1]""", """[1, "b", "SUCCESS", 1]"""]);
    }

    [Fact]
    public async Task Global_prefix_stands_before_the_keys()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.ResultDatabase);
        await using var backend = Create(options => options with { GlobalKeyPrefix = "team" });

        await backend.SetSizeAsync(Group, 2, Token);

        (await database.StringGetAsync("team_" + Key(".s"))).ShouldBe(2);
        await backend.DeleteChordAsync(Group, Token);
        (await database.KeyExistsAsync("team_" + Key(".s"))).ShouldBeFalse();
    }

    [Fact]
    public async Task Part_that_cannot_be_read_is_an_error_that_says_so()
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        await Sender.SetSizeAsync(Group, 2, Token);
        await PushAsync(client.GetDatabase(RedisServer.ResultDatabase), "\"no report\"", 0);

        var error = await Should.ThrowAsync<ResultBackendException>(async () => await AddAsync("a", 1));

        error.Message.ShouldBe("What is stored as a part of a chord cannot be read: it is no list.");
    }

    private protected override IResultBackend Create() => Create(null);

    private RedisResultBackend Create(Func<TransportOptions, TransportOptions>? tweak)
    {
        var options = new TransportOptions([BrokerUrl.Parse(TestBrokers.RedisDatabase(RedisServer.ResultDatabase))]) { ChordsAreOrdered = IsOrdered };
        return new RedisResultBackend(tweak is null ? options : tweak(options), TimeSpan.FromMinutes(10), ResultCodec.CreateJson(), TimeProvider.System, new RecordingLogger());
    }

    private string Key(string suffix) => $"celery-taskset-meta-{Group}{suffix}";

    private Task PushAsync(IDatabase database, string report, double place)
        => IsOrdered ? database.SortedSetAddAsync(Key(".j"), report, place) : database.ListRightPushAsync(Key(".j"), report);
}
