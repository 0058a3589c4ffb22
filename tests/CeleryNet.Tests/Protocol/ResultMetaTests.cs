using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CeleryNet.Protocol;
using CeleryNet.Tests.Vectors;

namespace CeleryNet.Tests.Protocol;

public sealed class ResultMetaTests
{
    private static readonly TaskId _id = "90c5ee55-417c-46d8-ab42-20614b1ab7fb";

    public static TheoryData<string> Captured { get; } = Captures.Of(
        "results-default/success-int", "results-default/success-structure", "results-default/failure", "results-default/retry", "results-default/custom-progress",
        "results-default/success-with-children", "results-extended/success-int");

    [Theory]
    [MemberData(nameof(Captured))]
    public void Captured_document_is_read_and_written_again_as_it_was(string path)
    {
        var stored = Captures.Read(path).GetProperty("value").GetString()!;
        using var expected = JsonDocument.Parse(stored);
        var id = new TaskId(expected.RootElement.GetProperty("task_id").GetString()!);

        var meta = Read(stored, id);

        meta.State.Name.ShouldBe(expected.RootElement.GetProperty("status").GetString());
        meta.Traceback.ShouldBe(expected.RootElement.GetProperty("traceback").GetString());
        meta.DateDone.HasValue.ShouldBe(meta.State.IsReady);

        // Celery 5.2 writes UTC without saying so.
        var aware = Regex.Replace(stored, "(\"date_done\": \"[0-9T:.-]+)\"", "$1+00:00\"");
        Encoding.UTF8.GetString(new ResultMetaWriter().Write(meta)).ShouldBeOneOf(stored, aware);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Captured_member_of_a_group_knows_its_group(string path)
    {
        var vector = Captures.Read(path);
        var group = vector.GetProperty("group_key").GetString()!["celery-taskset-meta-".Length..];

        foreach (var member in vector.GetProperty("members").EnumerateArray())
        {
            Read(member.GetString()!).GroupId.ShouldBe(group);
        }
    }

    public static TheoryData<string> Groups { get; } = Captures.Of("results-extended/group");

    [Fact]
    public void Everything_is_written_in_celerys_order()
    {
        var meta = new ResultMeta(_id, TaskState.Failure)
        {
            Result = "{\"exc_type\": \"E\"}"u8.ToArray(),
            Traceback = "line \"1\"\nžluť",
            Children = "[[[\"c\", null], null]]"u8.ToArray(),
            DateDone = new DateTimeOffset(2026, 3, 4, 7, 6, 7, TimeSpan.FromHours(2)).AddMicroseconds(5),
            GroupId = "g",
            ParentId = "p",
            Extension = new ResultExtension("t", "[1]"u8.ToArray(), default, "w@h", 3, null),
        };

        Encoding.UTF8.GetString(new ResultMetaWriter().Write(meta)).ShouldBe(
            """
            {"status": "FAILURE", "result": {"exc_type": "E"}, "traceback": "line \"1\"\nžluť", "children": [[["c", null], null]], "date_done": "2026-03-04T05:06:07.000005+00:00", "group_id": "g", "parent_id": "p", "name": "t", "args": [1], "kwargs": {}, "worker": "w@h", "retries": 3, "queue": null, "task_id": "90c5ee55-417c-46d8-ab42-20614b1ab7fb"}
            """);
    }

    [Fact]
    public void Smallest_document_is_read()
    {
        var meta = Read("""{"status":"PENDING"}""");

        meta.TaskId.ShouldBe(_id);
        meta.State.ShouldBe(TaskState.Pending);
        meta.Result.IsEmpty.ShouldBeTrue();
        meta.Children.IsEmpty.ShouldBeTrue();
        meta.DateDone.ShouldBeNull();
        meta.ParentId.ShouldBeNull();
        meta.Extension.ShouldBeNull();
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("[1, -Infinity, {\"a\": NaN}]")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("\"} \\\" ] \\\\\"")]
    [InlineData("{\"status\": \"FAILURE\", \"task_id\": \"other\"}")]
    [InlineData("[]")]
    [InlineData("-1.5e-07")]
    public void Result_is_cut_out_as_it_stands(string result)
        => Encoding.UTF8.GetString(Read($$"""{ "status" : "SUCCESS" , "result" : {{result}} , "x" : {"y": [ ]} }""").Result.Span).ShouldBe(result);

    [Theory]
    [InlineData("2026-11-24T18:36:30.321777", 321777)]
    [InlineData("2026-11-24T18:36:30.321777+00:00", 321777)]
    [InlineData("2026-11-24T20:36:30.321777+02:00", 321777)]
    [InlineData("2026-11-24T18:36:30Z", 0)]
    public void Time_is_utc_unless_it_says_otherwise(string text, int microseconds)
        => Read($$"""{"status": "SUCCESS", "date_done": "{{text}}"}""").DateDone
            .ShouldBe(new DateTimeOffset(2026, 11, 24, 18, 36, 30, TimeSpan.Zero).AddMicroseconds(microseconds));

    [Fact]
    public void Traceback_with_half_a_surrogate_pair_is_read() => Read("""{"status": "FAILURE", "traceback": "x \ud800"}""").Traceback.ShouldBe("x \\ud800");

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"status\": null}")]
    [InlineData("{\"status\": \"SUCCESS\"")]
    [InlineData("{\"status\": \"SUCCESS\"} x")]
    [InlineData("{\"status\": \"SUCCESS\", }")]
    [InlineData("{\"status\" \"SUCCESS\"}")]
    [InlineData("{\"status\": \"SUCCESS\", \"result\": }")]
    [InlineData("{\"status\": \"SUCCESS\", \"result\": [1}")]
    [InlineData("{\"status\": \"\\ud800\", \"result\": \"a")]
    [InlineData("{\"status\": \"a\\")]
    public void What_is_no_document_is_an_error_that_names_the_task(string stored)
        => Should.Throw<ResultBackendException>(() => Read(stored)).Message.ShouldContain(_id.Value);

    private static ResultMeta Read(string stored, TaskId? id = null) => ResultMetaReader.Read(Encoding.UTF8.GetBytes(stored), id ?? _id);
}
