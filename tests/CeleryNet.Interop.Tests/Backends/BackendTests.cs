using System.Text.Json;
using System.Text.Json.Nodes;
using CeleryNet.TestKit;

namespace CeleryNet.Interop.Tests.Backends;

/// <summary>Results that one language stores and the other reads, where they are kept in neither Redis nor a broker.</summary>
public abstract class BackendTests<TPlace>(BackendFixture<TPlace> peers) : IClassFixture<BackendFixture<TPlace>>
    where TPlace : BackendPlace, new()
{
    /// <summary>The form in which Python stores the arguments of <c>interop.describe("box", count=3)</c>.</summary>
    private protected virtual (string Args, string Kwargs) StoredByPython => ("""["box"]""", """{"count": 3}""");

    private protected virtual string LargeInteger => "123456789012345678901234567890";

    /// <summary>What Python's <c>AsyncResult.name</c> is.</summary>
    private protected virtual string? NameInPython => "interop.describe";

    [Theory]
    [MemberData(nameof(BackendValues.All), MemberType = typeof(BackendValues))]
    public async Task Dotnet_reads_what_a_Python_worker_has_stored(string value)
    {
        var result = await peers.Client.SendTaskAsync("interop.echo", [JsonElement.Parse(value)]);

        JsonElement.DeepEquals(await result.GetAsync(Bound.Default), JsonElement.Parse(value)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(BackendValues.All), MemberType = typeof(BackendValues))]
    public async Task Python_reads_what_a_dotnet_worker_has_stored(string value)
    {
        var answer = await peers.Python.CallAsync("interop.echo", $"[{value}]");

        answer.State.ShouldBe("SUCCESS");
        JsonElement.DeepEquals(answer.Value, JsonElement.Parse(value)).ShouldBeTrue(answer.Repr);
    }

    [Fact]
    public async Task Large_integer_keeps_all_of_its_digits_both_ways()
    {
        var ofPython = await peers.Client.SendTaskAsync("interop.echo", [JsonElement.Parse(LargeInteger)]);
        var ofDotNet = await peers.Python.CallAsync("interop.echo", $"[{LargeInteger}]");

        (await ofPython.GetAsync(Bound.Default)).GetRawText().ShouldBe(LargeInteger);
        ofDotNet.Repr.ShouldBe(LargeInteger);
    }

    [Fact]
    public async Task Dotnet_gets_the_exception_of_a_Python_task()
    {
        var result = await peers.Client.SendTaskAsync("interop.fail", ["out of paper"]);

        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.GetAsync(Bound.Default));

        (error.ExceptionType, error.ExceptionModule).ShouldBe(("ValueError", "builtins"));
        error.Message.ShouldContain("out of paper");
        error.Traceback.ShouldNotBeNull().ShouldContain("Traceback");
    }

    [Fact]
    public async Task Python_gets_the_exception_of_a_dotnet_task()
    {
        var answer = await peers.Python.CallAsync("interop.fail", "[\"out of paper\"]");

        (answer.State, answer.ErrorType, answer.ErrorModule).ShouldBe(("FAILURE", "ValueError", "builtins"));
        answer.ErrorMessage.ShouldContain("out of paper");
        answer.Traceback.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Python_sees_the_call_in_an_extended_result_of_dotnet()
    {
        var id = await SendFromPythonAsync("interop.describe");

        var stored = await peers.Python.AskAsync("stored", new JsonObject { ["id"] = id });

        stored.GetProperty("state").GetString().ShouldBe("SUCCESS");
        stored.GetProperty("name").GetString().ShouldBe(NameInPython);
        stored.GetProperty("args").ToString().ShouldBe("""["box"]""");
        stored.GetProperty("kwargs").ToString().ShouldBe("""{"count": 3}""");
        stored.GetProperty("worker").GetString().ShouldNotBeNull().ShouldStartWith($"dotnet-{peers.DotNetQueue}@");
        stored.GetProperty("retries").GetInt32().ShouldBe(0);
        stored.GetProperty("queue").GetString().ShouldBe(peers.DotNetQueue);
    }

    [Fact]
    public async Task Dotnet_sees_the_call_in_an_extended_result_of_Python()
    {
        var result = await peers.Client.SendTaskAsync("interop.describe", ["box"], new Dictionary<string, object?> { ["count"] = 3 });
        await result.GetAsync(Bound.Default);

        var record = (await peers.Records.FindAsync([result.Id], TestContext.Current.CancellationToken)).ShouldHaveSingleItem();

        var details = record.Details.ShouldNotBeNull();
        details.Name.ShouldBe("interop.describe");
        details.Worker.ShouldStartWith($"python-{peers.PythonQueue}@");
        JsonElement.DeepEquals(JsonElement.Parse(details.Args.Span), JsonElement.Parse(StoredByPython.Args)).ShouldBeTrue();
        JsonElement.DeepEquals(JsonElement.Parse(details.Kwargs.Span), JsonElement.Parse(StoredByPython.Kwargs)).ShouldBeTrue();
        record.DateDone.ShouldNotBeNull().ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chord_with_parts_in_both_languages_is_completed_by_the_worker_of_its_body(bool isDotNet)
    {
        var s = IPythonTasks.Signatures;
        var toDotNet = new SendOptions { Queue = peers.DotNetQueue };
        var chord = Canvas.Group(s.Add(1, 2), s.Add(3, 4).With(toDotNet), s.Add(5, 6))
            .Then(sums => isDotNet ? Canvas.Call<long>("interop.tsum", sums).With(toDotNet) : Canvas.Call<long>("interop.tsum", sums));

        var result = await peers.Client.SendAsync(chord);

        (await result.GetAsync(Bound.Default)).ShouldBe(21);
    }

    [Fact]
    public async Task What_either_side_forgets_is_gone_for_the_other()
    {
        var ofPython = await peers.Client.SendTaskAsync("interop.add", [1, 2]);
        await ofPython.GetAsync(Bound.Default);
        var ofDotNet = (await peers.Python.CallAsync("interop.add", "[1, 2]")).Id;

        await ofPython.ForgetAsync();
        await peers.Python.AskAsync("forget", new JsonObject { ["id"] = ofDotNet });

        (await peers.Python.AskAsync("stored", new JsonObject { ["id"] = ofPython.Id.Value, ["wait"] = false })).GetProperty("state").GetString().ShouldBe("PENDING");
        (await peers.Records.FindAsync([ofDotNet], TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Python_restores_a_group_that_dotnet_has_saved()
    {
        var group = Names.Unique("group");
        var tuple = $"""[["{group}", null], [[["first", null], null], [["second", null], null]]]""";
        await peers.Records.SaveGroupAsync(group, System.Text.Encoding.UTF8.GetBytes(tuple), TestContext.Current.CancellationToken);

        var members = await peers.Python.AskAsync("restore_group", new JsonObject { ["id"] = group });

        members.ToString().ShouldBe("""["first", "second"]""");
    }

    [Fact]
    public async Task Dotnet_finds_a_group_that_Python_has_saved()
    {
        var group = Names.Unique("group");
        await peers.Python.AskAsync("save_group", new JsonObject { ["id"] = group, ["members"] = new JsonArray("first", "second") });

        var found = await peers.Records.FindGroupAsync(group, TestContext.Current.CancellationToken);

        JsonElement.DeepEquals(JsonElement.Parse(found.Span), JsonElement.Parse($"""[["{group}", null], [[["first", null], null], [["second", null], null]]]""")).ShouldBeTrue();
    }

    private async Task<string> SendFromPythonAsync(string task) => (await peers.Python.AskAsync("send", new JsonObject
    {
        ["name"] = task,
        ["args"] = new JsonArray("box"),
        ["kwargs"] = new JsonObject { ["count"] = 3 },
    })).GetProperty("id").GetString()!;
}

/// <summary>What is stored and read.</summary>
public static class BackendValues
{
    public static TheoryData<string> All { get; } =
    [
        "5",
        "null",
        "\"žluťoučký 🐎 \\u0001 \\\" \\\\ end\"",
        "[1, 2.5, true, null, {\"a\": [\"é\"]}, []]",
    ];
}

public sealed class FileSystemBackendTests(BackendFixture<FileSystemPlace> peers) : BackendTests<FileSystemPlace>(peers);

public sealed class SqliteBackendTests(BackendFixture<SqlitePlace> peers) : BackendTests<SqlitePlace>(peers);

public sealed class PostgreSqlBackendTests(BackendFixture<PostgreSqlPlace> peers) : BackendTests<PostgreSqlPlace>(peers);

public sealed class DjangoOnSqliteTests(BackendFixture<DjangoSqlitePlace> peers) : BackendTests<DjangoSqlitePlace>(peers)
{
    // Django's backend stores the texts that messages show of their arguments.
    private protected override (string Args, string Kwargs) StoredByPython => ("\"('box',)\"", "\"{'count': 3}\"");

    // It looks for the name where Django's backend does not put it.
    private protected override string? NameInPython => null;
}

public sealed class DjangoOnPostgreSqlTests(BackendFixture<DjangoPostgreSqlPlace> peers) : BackendTests<DjangoPostgreSqlPlace>(peers)
{
    private protected override (string Args, string Kwargs) StoredByPython => ("\"('box',)\"", "\"{'count': 3}\"");

    // It looks for the name where Django's backend does not put it.
    private protected override string? NameInPython => null;
}

/// <summary>As JSON, but for the documents.</summary>
public sealed class PickledFilesTests(BackendFixture<PickledFilesPlace> peers) : BackendTests<PickledFilesPlace>(peers);

/// <summary>Exceptions are objects of Python's there.</summary>
public sealed class PickledSqliteTests(BackendFixture<PickledSqlitePlace> peers) : BackendTests<PickledSqlitePlace>(peers);

/// <summary>What is no text is a text of base64 there.</summary>
public sealed class BinaryDjangoTests(BackendFixture<BinaryDjangoPlace> peers) : BackendTests<BinaryDjangoPlace>(peers)
{
    private protected override string LargeInteger => "18446744073709551615";

    private protected override (string Args, string Kwargs) StoredByPython => ("\"('box',)\"", "\"{'count': 3}\"");

    private protected override string? NameInPython => null;
}
