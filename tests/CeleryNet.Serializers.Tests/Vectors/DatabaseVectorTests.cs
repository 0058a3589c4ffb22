using System.Globalization;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>Rows of the database backend: results are pickles there, whatever the serializer.</summary>
public sealed class DatabaseVectorTests
{
    private static readonly (string Id, ExpectedResult Result)[] _expected =
    [
        ("id-success", new("SUCCESS", "tasks.add") { Result = """[1, {"a": "é"}]""" }),
        ("id-failure", new("FAILURE", "tasks.add") { ExceptionType = "ValueError", ExceptionArguments = ["\"boom\"", "42"] }),
        ("id-progress", new("PROGRESS", "tasks.add") { Result = """{"current": 1}""" }),
        ("id-revoked", new("REVOKED", "tasks.add") { ExceptionType = "TaskRevokedError", ExceptionModule = "celery.exceptions", ExceptionArguments = ["\"revoked\""] }),
    ];

    [Theory]
    [VectorData(VectorKind.DatabaseRows)]
    public void Rows_hold_what_was_stored(string file)
    {
        var vector = VectorFiles.Read(file);
        var rows = vector.GetProperty("rows").EnumerateArray().ToLookup(row => row.GetProperty("table").GetString()!, row => row.GetProperty("row"));
        var isExtended = VectorFiles.NameOf(file) == "sqlite-extended";

        rows["celery_taskmeta"].Count().ShouldBe(_expected.Length);
        foreach (var ((id, expected), row) in _expected.Zip(rows["celery_taskmeta"]))
        {
            row.GetProperty("task_id").GetString().ShouldBe(id);
            row.GetProperty("status").GetString().ShouldBe(expected.State);
            row.GetProperty("traceback").GetString().ShouldBe(expected.State == "FAILURE" ? "Traceback...\n" : null);
            StoredResultVectorTests.ShouldHaveResult(new ResultMeta(id, expected.State) { Result = Unpickle(row.GetProperty("result")) }, expected);
            ShouldBeDone(row, expected);
            ShouldBeExtended(row, isExtended);
        }

        // A group is pickled as an object of Celery's own, and read as the tuple that it is elsewhere.
        var group = rows["celery_tasksetmeta"].ShouldHaveSingleItem();
        group.GetProperty("taskset_id").GetString().ShouldBe("gid-1");
        Meaning.Of(Unpickle(group.GetProperty("result")).ToArray()).ShouldBe(Meaning.OfJson("""[["gid-1", null], [[["a", null], null], [["b", null], null]]]"""));

        var tables = vector.GetProperty("schema").EnumerateArray().Select(sql => sql.GetString()!).ToArray();
        tables.ShouldContain(sql => sql.StartsWith("CREATE TABLE celery_taskmeta", StringComparison.Ordinal) && sql.Contains("result BLOB", StringComparison.Ordinal));
        tables.Count(sql => sql.StartsWith("CREATE INDEX", StringComparison.Ordinal)).ShouldBe(VectorFiles.IsOld(file) ? 0 : 2);
    }

    private static ReadOnlyMemory<byte> Unpickle(JsonElement column)
        => VectorReaders.Find("pickle").Decode(column.GetProperty("$b64").GetBytesFromBase64(), "binary", new ContentLimits());

    private static void ShouldBeDone(JsonElement row, ExpectedResult expected)
    {
        var done = row.GetProperty("date_done").GetString();
        if (expected.State == "PROGRESS")
        {
            done.ShouldBeNull();
        }
        else
        {
            DateTime.Parse(done.ShouldNotBeNull(), CultureInfo.InvariantCulture).Date.ShouldBe(new DateTime(2026, 11, 24));
        }
    }

    // The columns are there in any case.
    private static void ShouldBeExtended(JsonElement row, bool isExtended)
    {
        row.GetProperty("name").GetString().ShouldBe(isExtended ? "tasks.add" : null);
        row.GetProperty("worker").GetString().ShouldBe(isExtended ? "w1@wirehost" : null);
        row.GetProperty("queue").GetString().ShouldBe(isExtended ? "celery" : null);
        if (isExtended)
        {
            row.GetProperty("retries").GetInt32().ShouldBe(1);
            Meaning.Of(row.GetProperty("args").GetProperty("$b64").GetBytesFromBase64()).ShouldBe(Meaning.OfJson("[1, 2]"));
            Meaning.Of(row.GetProperty("kwargs").GetProperty("$b64").GetBytesFromBase64()).ShouldBe(Meaning.OfJson("""{"y": 3}"""));
        }
        else
        {
            row.GetProperty("args").ValueKind.ShouldBe(JsonValueKind.Null);
        }
    }
}
