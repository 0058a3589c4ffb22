using System.Text.Json.Nodes;

namespace CeleryNet.Interop.Tests.Formats;

/// <summary>Each serializer, each compression, both protocols: a task from either side, its result, its failure.</summary>
public sealed class MessageFormatTests
{
    public static TheoryData<MessageFormat> Formats { get; } = new(
        new MessageFormat("json", "gzip"),
        new MessageFormat("json", "zstd", IsAmqp: true),
        new MessageFormat("json", Protocol: 1),
        new MessageFormat("json", "lzma", Protocol: 1, IsAmqp: true),
        new MessageFormat("msgpack", "bzip2"),
        new MessageFormat("msgpack", IsAmqp: true),
        new MessageFormat("yaml"),
        new MessageFormat("yaml", "brotli", IsAmqp: true),
        new MessageFormat("pickle", "zlib"),
        new MessageFormat("pickle", Protocol: 1, IsAmqp: true),
        new MessageFormat("auth", Results: "json"),
        new MessageFormat("auth", "gzip", IsAmqp: true, Results: "json"),
        new MessageFormat("auth", Protocol: 1));

    [Theory]
    [MemberData(nameof(Formats), DisableDiscoveryEnumeration = true)]
    public async Task Tasks_results_and_failures_keep_their_meaning_both_ways(MessageFormat format)
    {
        await using var peers = await FormatPeers.StartAsync(format);

        await ValuesComeBackToPythonAsync(peers, format);
        await ValuesReachPythonAsync(peers, format);
        await FailuresReachTheOtherSideAsync(peers);
        if (format is { IsSigned: true, Protocol: 2 })
        {
            // By protocol 1 the sender's id is in the body, which nobody looks into.
            await UnsignedTaskIsRefusedAsync(peers);
        }
    }

    private static async Task ValuesComeBackToPythonAsync(FormatPeers peers, MessageFormat format)
    {
        var values = new JsonArray([.. format.Values.Select(value => JsonValue.Create(value))]);
        var pairs = await peers.Python.AskAsync("echo_python", new JsonObject { ["expressions"] = values });

        pairs.GetArrayLength().ShouldBe(format.Values.Count);
        foreach (var pair in pairs.EnumerateArray())
        {
            pair[1].GetString().ShouldBe(pair[0].GetString(), format.ToString());
        }
    }

    private static async Task ValuesReachPythonAsync(FormatPeers peers, MessageFormat format)
    {
        foreach (var (value, repr) in format.DotNetValues)
        {
            var result = await peers.Client.SendTaskAsync<string>("interop.repr", [value]);
            (await result.GetAsync(TimeSpan.FromSeconds(30))).ShouldBe(repr, format.ToString());
        }

        // A call may be written in another way than the rest, unless only what is signed is read.
        var serializer = format.IsSigned ? "auth" : "json";
        var other = await peers.Client.SendTaskAsync<string>("interop.repr", [1.5], options: new SendOptions { Serializer = serializer, Compression = "zlib" });
        (await other.GetAsync(TimeSpan.FromSeconds(30))).ShouldBe("1.5");
    }

    private static async Task FailuresReachTheOtherSideAsync(FormatPeers peers)
    {
        var failure = await peers.Python.CallAsync("interop.fail", """["wrong"]""");
        failure.ErrorType.ShouldBe("ValueError");
        failure.ErrorMessage.ShouldBe("wrong");

        var sent = await peers.Client.SendTaskAsync("interop.fail", ["wrong"]);
        var error = await Should.ThrowAsync<RemoteTaskException>(() => sent.GetAsync(TimeSpan.FromSeconds(30)));
        error.ExceptionType.ShouldBe("ValueError");
        error.ExceptionMessage.ShouldBe("wrong");
        error.InnerException.ShouldBeOfType<ArgumentException>();
        error.Traceback.ShouldNotBeNull().ShouldContain("raise ValueError(message)");
    }

    private static async Task UnsignedTaskIsRefusedAsync(FormatPeers peers)
    {
        var refusal = await peers.Python.CallAsync("interop.add", "[1, 2]", options: new JsonObject { ["serializer"] = "json" });
        refusal.State.ShouldBe("FAILURE");
        refusal.ErrorMessage.ShouldContain("'application/json' is not accepted here; accepted: 'application/data'");
    }
}
