using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Results.Redis;

namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class StoredResultVectorTests
{
    private const string GroupKey = "celery-taskset-meta-";
    private const string Node = "w1@wirehost";

    private static readonly RedisResultKeys _keys = new("");

    [Theory]
    [VectorData(VectorKind.StoredResult)]
    public void Document_says_what_became_of_the_task(string file)
    {
        var vector = VectorFiles.Read(file);
        var stored = vector.GetProperty("value").GetString()!;
        var expected = ExpectedResult.For(VectorFiles.NameOf(file), VectorFiles.IsOld(file));

        var meta = Read(stored);

        vector.GetProperty("key").GetString().ShouldBe(_keys.Task(meta.TaskId));
        meta.State.Name.ShouldBe(expected.State);
        ShouldHaveResult(meta, expected);
        ShouldHaveTraceback(meta, expected);
        ChildrenOf(meta).Length.ShouldBe(expected.Children);
        meta.GroupId.ShouldBeNull();
        meta.DateDone.HasValue.ShouldBe(meta.State.IsReady);
        if (meta.DateDone is { } done)
        {
            done.Offset.ShouldBe(TimeSpan.Zero);
            done.UtcDateTime.Date.ShouldBe(new DateTime(2026, 11, 24));
        }

        // A task that was retried is its own parent.
        meta.ParentId.ShouldBe(VectorFiles.NameOf(file) == "success-after-retry" ? meta.TaskId : default(TaskId?));
        ShouldBeExtended(meta, expected, file);
        if (vector.TryGetProperty("ttl", out var ttl))
        {
            ttl.GetInt32().ShouldBe(86400);
        }
    }

    [Theory]
    [VectorData(VectorKind.StoredResult)]
    public void Exception_of_a_failed_task_reaches_the_caller(string file)
    {
        var expected = ExpectedResult.For(VectorFiles.NameOf(file), VectorFiles.IsOld(file));
        var meta = Read(VectorFiles.Read(file).GetProperty("value").GetString()!);
        meta.State.IsReady.ShouldBe(expected.State is "SUCCESS" or "FAILURE" or "REVOKED");
        if (expected.ExceptionType is null)
        {
            return;
        }

        var error = ExceptionInfo.Read(meta).ToException(meta);

        error.TaskId.ShouldBe(meta.TaskId);
        error.State.ShouldBe(meta.State);
        error.ExceptionType.ShouldBe(expected.ExceptionType);
        error.ExceptionModule.ShouldBe(expected.ExceptionModule);
        error.Traceback.ShouldBe(meta.Traceback);
        error.ExceptionMessage.ShouldBe(expected.ExceptionText);
    }

    [Theory]
    [VectorData(VectorKind.IgnoredResult)]
    public void Task_whose_result_is_ignored_leaves_nothing(string file)
    {
        var vector = VectorFiles.Read(file);

        vector.GetProperty("key").GetString().ShouldNotBeNull().ShouldStartWith(_keys.Task(""));
        vector.GetProperty("value").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [VectorData(VectorKind.ChainResult)]
    public void Steps_of_a_chain_know_each_other(string file)
    {
        var vector = VectorFiles.Read(file);
        var first = Read(vector.GetProperty("first").GetString()!);
        var last = Read(vector.GetProperty("last").GetString()!);

        Meaning.Of(first.Result).ShouldBe("3");
        Meaning.Of(last.Result).ShouldBe("9");
        ChildrenOf(first).ShouldBe([last.TaskId.Value]);
        ChildrenOf(last).ShouldBeEmpty();
        first.ParentId.ShouldBeNull();
        last.ParentId.ShouldBe(first.TaskId);
        ShouldBeExtended(first, new("SUCCESS", "tasks.add") { Args = "[1, 2]" }, file);
        ShouldBeExtended(last, new("SUCCESS", "tasks.mul") { Args = "[3, 3]" }, file);
    }

    [Theory]
    [VectorData(VectorKind.GroupResult)]
    public void Members_of_a_group_know_it_and_it_knows_them(string file)
    {
        var vector = VectorFiles.Read(file);
        var members = vector.GetProperty("members").EnumerateArray().Select(member => Read(member.GetString()!)).ToArray();
        var key = vector.GetProperty("group_key").GetString()!;
        var group = key[GroupKey.Length..];

        key.ShouldStartWith(GroupKey);
        members.Select(member => Meaning.Of(member.Result)).ShouldBe(["0", "2", "4"]);
        members.ShouldAllBe(member => member.GroupId == group);

        // [[id, parent], [[[member, parent], null]...]]
        var ids = string.Concat(members.Select(member => $"[[\"{member.TaskId}\", null, ], null, ], "));
        Meaning.OfJson(vector.GetProperty("group_value").GetString()!).ShouldBe($$"""{"result": [["{{group}}", null, ], [{{ids}}], ], }""");
    }

    [Theory]
    [VectorData(VectorKind.ResultNotifications)]
    public void States_are_told_on_the_channel_named_as_the_key(string file)
    {
        var published = VectorFiles.Read(file).GetProperty("published").EnumerateArray().ToArray();
        var metas = published.Select(message => Read(message[1].GetString()!)).ToArray();

        metas.Select(meta => meta.State.Name).ShouldBe(["STARTED", "SUCCESS"]);
        metas.Select(meta => _keys.Task(meta.TaskId)).ShouldBe(published.Select(message => message[0].GetString()));
        ShouldNameProcess(metas[0]);
        Meaning.Of(metas[1].Result).ShouldBe("0.3");
    }

    [Theory]
    [VectorData(VectorKind.FilesystemResults)]
    public void Files_hold_the_documents_of_other_backends(string file)
    {
        var files = VectorFiles.Read(file).GetProperty("files");
        string Stored(string name) => files.GetProperty(name).GetString()!;
        ResultMeta Meta(string id) => Read(Stored(_keys.Task(id)), id);

        files.EnumerateObject().Count().ShouldBe(5);
        Meta("id-success").State.ShouldBe(TaskState.Success);
        Meaning.Of(Meta("id-success").Result).ShouldBe(Meaning.OfJson("""[1, {"a": "é"}]"""));
        Meta("id-progress").State.Name.ShouldBe("PROGRESS");
        Meaning.Of(Meta("id-progress").Result).ShouldBe(Meaning.OfJson("""{"current": 1}"""));
        Meta("id-progress").DateDone.ShouldBeNull();
        Meta("id-failure").Traceback.ShouldBe("Traceback...\n");
        ShouldHaveResult(Meta("id-failure"), new("FAILURE", "") { ExceptionType = "ValueError", ExceptionArguments = ["\"boom\"", "42"] });
        ShouldHaveResult(
            Meta("id-revoked"),
            new("REVOKED", "") { ExceptionType = "TaskRevokedError", ExceptionModule = "celery.exceptions", ExceptionArguments = ["\"revoked\""] });
        Meaning.OfJson(Stored(GroupKey + "gid-1")).ShouldBe(Meaning.OfJson("""{"result": [["gid-1", null], [[["a", null], null], [["b", null], null]]]}"""));
    }

    internal static ResultMeta Read(string stored, string? id = null)
        => VectorReaders.Results.Decode(Encoding.UTF8.GetBytes(stored), id ?? JsonDocument.Parse(stored).RootElement.GetProperty("task_id").GetString()!);

    internal static void ShouldHaveResult(ResultMeta meta, ExpectedResult expected)
    {
        if (expected.ExceptionType is not null)
        {
            var error = ExceptionInfo.Read(meta);
            error.Type.ShouldBe(expected.ExceptionType);
            error.Module.ShouldBe(expected.ExceptionModule);
            error.Arguments.Select(argument => Meaning.Of(argument)).ShouldBe(expected.ExceptionArguments.Select(Meaning.OfJson));
        }
        else if (expected.Result is not null)
        {
            Meaning.Of(meta.Result).ShouldBe(Meaning.OfJson(expected.Result));
        }
        else if (expected.State == "STARTED")
        {
            ShouldNameProcess(meta);
        }
        else
        {
            // The ids of what it sent.
            var ids = meta.ReadResult().EnumerateArray().Select(id => id.GetString()!).ToArray();
            ChildrenOf(meta)[..1].ShouldBe(ids[..1]);
            ids.Length.ShouldBe(expected.Children);
        }
    }

    internal static string[] ChildrenOf(ResultMeta meta)
        => meta.Children.IsEmpty ? [] : [.. JsonDocument.Parse(meta.Children).RootElement.EnumerateArray().Select(child => child[0][0].GetString()!)];

    private static void ShouldHaveTraceback(ResultMeta meta, ExpectedResult expected)
    {
        if (expected.Traceback is null)
        {
            meta.Traceback.ShouldBeNull();
        }
        else
        {
            meta.Traceback.ShouldNotBeNull().ShouldStartWith("Traceback (most recent call last):\n");
            meta.Traceback.ShouldContain(expected.Traceback);
        }
    }

    private static void ShouldNameProcess(ResultMeta meta)
    {
        var process = meta.ReadResult();
        process.GetProperty("hostname").GetString().ShouldBe(Node);
        process.GetProperty("pid").GetInt32().ShouldBePositive();
    }

    private static void ShouldBeExtended(ResultMeta meta, ExpectedResult expected, string file)
    {
        if (!file.Contains("results-extended", StringComparison.Ordinal) || !expected.IsExtended)
        {
            meta.Extension.ShouldBeNull();
            return;
        }

        var extension = meta.Extension.ShouldNotBeNull();
        extension.Name.ShouldBe(expected.Task);
        Meaning.Of(extension.Args).ShouldBe(Meaning.OfJson(expected.Args));
        Meaning.Of(extension.Kwargs).ShouldBe(Meaning.OfJson(expected.Kwargs));
        extension.Worker.ShouldBe(Node);
        extension.Retries.ShouldBe(expected.Retries);
        extension.Queue.ShouldBe("celery");
    }
}
