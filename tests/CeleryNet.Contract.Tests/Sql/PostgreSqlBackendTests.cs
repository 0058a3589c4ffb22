using CeleryNet.Contract.Tests.Results;
using CeleryNet.Extensibility;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Sql;

/// <summary>Results in the tables of Celery's <c>database</c> backend, on PostgreSQL.</summary>
public sealed class PostgreSqlBackendTests(PostgreSqlSpace space) : RecordBackendContract, IClassFixture<PostgreSqlSpace>
{
    private string? _url;

    private protected override string Url => _url ?? $"db+{space.Url}";

    private protected override bool KeepsRelations => false;

    private protected override void Add(CeleryBuilder celery) => celery.AddPostgreSqlResults();

    [Fact]
    public async Task States_of_one_task_take_one_row_and_one_number()
    {
        var id = TaskId.New();
        await StoreAsync(Success(TaskId.New()));
        var before = (long)(await space.ExecuteAsync("SELECT last_value FROM task_id_sequence")).ShouldNotBeNull();

        await StoreAsync(new(id, TaskState.Started));
        await StoreAsync(new(id, TaskState.Retry));
        await StoreAsync(Success(id));

        (await space.ExecuteAsync($"SELECT count(*) FROM celery_taskmeta WHERE task_id = '{id}'")).ShouldBe(1L);
        (await space.ExecuteAsync("SELECT last_value FROM task_id_sequence")).ShouldBe(before + 1);
    }

    [Fact]
    public async Task Tables_are_made_once_by_many_who_begin_together()
    {
        await space.ExecuteAsync("DROP TABLE IF EXISTS celery_taskmeta; DROP TABLE IF EXISTS celery_tasksetmeta; DROP SEQUENCE IF EXISTS task_id_sequence; DROP SEQUENCE IF EXISTS taskset_id_sequence;");
        var ids = Enumerable.Range(0, 20).Select(_ => TaskId.New()).ToArray();

        await Task.WhenAll(ids.Select((id, i) => (i % 2 == 0 ? Storing : Reading).StoreAsync(Success(id), default, Token).AsTask()));

        (await Records.FindAsync(ids, Token)).Count.ShouldBe(20);
    }

    [Fact]
    public async Task Text_that_PostgreSQL_cannot_hold_is_told_as_that_and_not_as_an_outage()
    {
        var error = await Should.ThrowAsync<CelerySerializationException>(() => StoreAsync(new(TaskId.New(), new string('X', 51))));

        error.Message.ShouldContain("cannot be stored");
    }

    [Fact]
    public async Task Watching_goes_on_after_an_outage_and_misses_no_end()
    {
        var id = TaskId.New();
        await StoreAsync(new(id, TaskState.Started));
        await using var proxy = new TcpFaultProxy(space.Port);
        _url = $"db+{space.UrlBy(proxy.Port)}";
        await using var behind = Wrap(CreateRecords());
        await using var states = behind.WatchAsync(id, Token).GetAsyncEnumerator(Token);
        (await states.MoveNextAsync().WithinBound("the first state")).ShouldBeTrue();

        proxy.Cut();
        (await Should.ThrowAsync<ResultBackendException>(async () => await behind.GetAsync(id, Token))).Message.ShouldContain("the backend under test");
        await StoreAsync(Success(id, "8"));
        proxy.Resume();

        (await states.MoveNextAsync().WithinBound("the final state")).ShouldBeTrue();
        ShouldBeSameJson(states.Current.Result, "8");
    }

    [Fact]
    public async Task Names_of_tables_and_schemas_are_those_of_the_options()
    {
        await space.ExecuteAsync("CREATE SCHEMA IF NOT EXISTS \"Other\"");
        var id = TaskId.New();
        await using var records = CreateRecords(configure: celery => celery.AddPostgreSqlResults(options =>
            (options.TaskSchema, options.TaskTable, options.GroupSchema, options.GroupTable) = ("Other", "my tasks", "Other", "my groups")));

        await records.StoreAsync(new ResultRecord(id, TaskState.Success), Token);
        await records.SaveGroupAsync("g", Json("[[\"g\", null], []]"), Token);

        (await space.ExecuteAsync("SELECT task_id FROM \"Other\".\"my tasks\"")).ShouldBe(id.Value);
        (await space.ExecuteAsync("SELECT taskset_id FROM \"Other\".\"my groups\"")).ShouldBe("g");
    }

    [Theory]
    [InlineData("?sslmode=verify-full&connect_timeout=3&application_name=x", null)]
    [InlineData("?sslmod=disable", "'sslmod'")]
    [InlineData("?sslmode=sometimes", "'sometimes'")]
    public void Options_of_the_URL_are_those_of_libpq(string query, string? named)
    {
        _url = $"db+postgresql+psycopg2://user:p%40ss@localhost/db{query}";

        if (named is null)
        {
            CreateRecords().ShouldNotBeNull();
        }
        else
        {
            Should.Throw<CeleryConfigurationException>(() => CreateRecords()).Message.ShouldContain(named);
        }
    }
}
