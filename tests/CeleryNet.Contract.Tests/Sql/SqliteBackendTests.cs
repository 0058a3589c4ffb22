using System.Text.Json;
using CeleryNet.Contract.Tests.Results;
using CeleryNet.TestKit;
using Microsoft.Data.Sqlite;

namespace CeleryNet.Contract.Tests.Sql;

/// <summary>Results in the tables of Celery's <c>database</c> backend, in a file of SQLite's.</summary>
public sealed class SqliteBackendTests : RecordBackendContract
{
    private readonly TestDirectory _folder = new();
    private string? _url;

    private protected override string Url => _url ?? $"db+sqlite:///{_folder["results.db"]}";

    private protected override bool KeepsRelations => false;

    private protected override void Add(CeleryBuilder celery) => celery.AddSqliteResults();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("celery-5.2.6", false)]
    [InlineData("celery-5.2.6", true)]
    [InlineData("celery-5.6", false)]
    [InlineData("celery-5.6", true)]
    public async Task Rows_that_Celery_has_written_are_read(string version, bool isExtended)
    {
        var vector = JsonElement.Parse(await File.ReadAllBytesAsync(
            Repository.PathOf("tests", "vectors", version, "database", isExtended ? "sqlite-extended.json" : "sqlite.json"), Token));
        await FillAsync(vector);

        var found = (await Records.FindAsync(["id-success", "id-failure", "id-progress", "id-revoked", "id-unknown"], Token)).ToDictionary(record => record.TaskId.Value);

        found.Keys.ShouldBe(["id-success", "id-failure", "id-progress", "id-revoked"], ignoreOrder: true);
        ShouldBeSameJson(found["id-success"].Result, """[1, {"a": "é"}]""");
        ShouldBeSameJson(found["id-failure"].Result, """{"exc_type": "ValueError", "exc_message": ["boom", 42], "exc_module": "builtins"}""");
        ShouldBeSameJson(found["id-progress"].Result, """{"current": 1}""");
        ShouldBeSameJson(found["id-revoked"].Result, """{"exc_type": "TaskRevokedError", "exc_message": ["revoked"], "exc_module": "celery.exceptions"}""");
        found.Values.Select(record => record.State.Name).ShouldBe(["SUCCESS", "FAILURE", "PROGRESS", "REVOKED"], ignoreOrder: true);
        found["id-failure"].Traceback.ShouldBe("Traceback...\n");
        found["id-progress"].DateDone.ShouldBeNull();
        found["id-success"].DateDone.ShouldNotBeNull().Date.ShouldBe(new DateTime(2026, 11, 24));
        var details = found["id-success"].Details;
        (details is not null).ShouldBe(isExtended);
        if (details is not null)
        {
            (details.Name, details.Worker, details.Retries, details.Queue).ShouldBe(("tasks.add", "w1@wirehost", 1, "celery"));
            ShouldBeSameJson(details.Args, "[1, 2]");
            ShouldBeSameJson(details.Kwargs, """{"y": 3}""");
        }
    }

    [Fact]
    public async Task Exception_that_Python_has_pickled_as_an_object_is_read_as_its_name_and_arguments()
    {
        var id = TaskId.New();
        await StoreAsync(Failure(id));

        // pickle.dumps(ValueError("boom", 42), 5)
        await ExecuteAsync("UPDATE celery_taskmeta SET result = @result WHERE task_id = @id", ("@id", id.Value), ("@result", Convert.FromBase64String(
            "gAWVKAAAAAAAAACMCGJ1aWx0aW5zlIwKVmFsdWVFcnJvcpSTlIwEYm9vbZRLKoaUUpQu")));

        ShouldBeSameJson((await GetAsync(id)).ShouldNotBeNull().Result, """{"exc_type": "ValueError", "exc_message": ["boom", 42], "exc_module": "builtins"}""");
    }

    [Fact]
    public async Task Pickle_that_would_run_code_is_an_error_for_its_task_alone()
    {
        var (bad, good) = (TaskId.New(), TaskId.New());
        await StoreAsync(Success(bad));
        await StoreAsync(Success(good));

        // os.system("true")
        await ExecuteAsync("UPDATE celery_taskmeta SET result = @result WHERE task_id = @id", ("@id", bad.Value), ("@result", "cos\nsystem\n(S'true'\ntR."u8.ToArray()));

        var found = await Records.FindAsync([bad, good], Token);

        found.Single(record => record.TaskId == bad).ReadError.ShouldNotBeNull().ShouldContain("system");
        found.Single(record => record.TaskId == good).ReadError.ShouldBeNull();
        (await Should.ThrowAsync<ResultBackendException>(() => WatchToEndAsync(bad))).Message.ShouldContain(bad.Value);
    }

    [Fact]
    public async Task Thousands_of_results_are_stored_together()
    {
        await StoreAsync(Success(TaskId.New()));
        var ids = Enumerable.Range(0, 5_000).Select(_ => TaskId.New()).ToArray();

        await Task.WhenAll(ids.Select(id => StoreAsync(Success(id, "1"))));

        (await Records.FindAsync(ids[4_600..], Token)).Count.ShouldBe(400);
    }

    [Fact]
    public async Task Change_that_fails_does_not_touch_those_that_are_written_with_it()
    {
        await StoreAsync(Success(TaskId.New()));
        await ExecuteAsync("CREATE TRIGGER refusing BEFORE INSERT ON celery_taskmeta WHEN NEW.status = 'REFUSED' BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        var ids = Enumerable.Range(0, 40).Select(_ => TaskId.New()).ToArray();

        var stores = ids.Select((id, i) => StoreAsync(new(id, i % 10 == 3 ? "REFUSED" : "SUCCESS"))).ToArray();

        for (var i = 0; i < stores.Length; i++)
        {
            if (i % 10 == 3)
            {
                (await Should.ThrowAsync<ResultBackendException>(stores[i])).Message.ShouldContain("not this one");
            }
            else
            {
                await stores[i];
            }
        }

        (await Records.FindAsync(ids, Token)).Count.ShouldBe(36);
    }

    [Fact]
    public async Task Other_process_that_writes_is_waited_for()
    {
        var id = TaskId.New();
        await StoreAsync(new(id, TaskState.Started));
        await using var other = new SqliteConnection($"Data Source={_folder["results.db"]};Pooling=false");
        await other.OpenAsync(Token);
        await using var transaction = await other.BeginTransactionAsync(Token);

        var storing = StoreAsync(Success(id, "9"));
        storing.IsCompleted.ShouldBeFalse();
        await transaction.RollbackAsync(Token);

        await storing;
        ShouldBeSameJson((await GetAsync(id)).ShouldNotBeNull().Result, "9");
    }

    private async Task FillAsync(JsonElement vector)
    {
        foreach (var sql in vector.GetProperty("schema").EnumerateArray().Select(sql => sql.GetString()!).Where(sql => !sql.Contains("sqlite_sequence", StringComparison.Ordinal)))
        {
            await ExecuteAsync(sql);
        }

        foreach (var row in vector.GetProperty("rows").EnumerateArray())
        {
            var columns = row.GetProperty("row").EnumerateObject().ToArray();
            var names = columns.Select(column => column.Name).ToArray();
            await ExecuteAsync(
                $"INSERT INTO {row.GetProperty("table").GetString()} ({string.Join(", ", names)}) VALUES ({string.Join(", ", names.Select(name => $"@{name}"))})",
                [.. columns.Select(column => ($"@{column.Name}", Value(column.Value)))]);
        }

        static object Value(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Null => DBNull.Value,
            JsonValueKind.Number => value.GetInt64(),
            JsonValueKind.Object => value.GetProperty("$b64").GetBytesFromBase64(),
            _ => value.GetString()!,
        };
    }

    private async Task ExecuteAsync(string text, params (string Name, object Value)[] parameters)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder["results.db"]};Pooling=false");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await command.ExecuteNonQueryAsync(Token);
    }

    [Theory]
    [InlineData("db+sqlite://")]
    [InlineData("db+sqlite:///:memory:")]
    [InlineData("db+sqlite://host/file")]
    [InlineData("db+sqlite:///file?mode=ro")]
    public void Database_that_others_would_not_see_is_refused(string url)
    {
        _url = url;

        Should.Throw<CeleryConfigurationException>(() => CreateRecords()).Message.ShouldContain("a path alone");
    }
}
