using CeleryNet.Contract.Tests.Results;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Sql;

/// <summary>Results in the tables of django-celery-results, in a file of SQLite's.</summary>
public sealed class DjangoOnSqliteTests(DjangoOnSqliteTests.Space space) : RecordBackendContract, IClassFixture<DjangoOnSqliteTests.Space>
{
    private readonly TestDirectory _folder = new();
    private string? _url;

    private protected override string Url => _url ?? $"django-db+sqlite:///{_folder["django.db"]}";

    private protected override void Add(CeleryBuilder celery) => celery.AddSqliteResults();

    private protected override ValueTask PrepareAsync()
    {
        File.Copy(space.File, _folder["django.db"]);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Missing_tables_are_an_error_that_says_who_makes_them()
    {
        await File.WriteAllBytesAsync(_folder["bare.db"], [], Token);
        _url = $"django-db+sqlite:///{_folder["bare.db"]}";
        await using var bare = Wrap(CreateRecords());

        (await Should.ThrowAsync<ResultBackendException>(async () => await bare.GetAsync(TaskId.New(), Token))).Message.ShouldContain("migrate django_celery_results");
    }

    [Fact]
    public async Task Bare_name_takes_the_database_from_the_option()
    {
        var id = TaskId.New();
        await StoreAsync(Success(id, "3"));
        _url = "django-db";

        Should.Throw<CeleryConfigurationException>(() => CreateRecords()).Message.ShouldContain("Celery:Sqlite:DjangoDatabase");
        await using var named = CreateRecords(configure: celery => celery.AddSqliteResults(options => options.DjangoDatabase = $"sqlite:///{_folder["django.db"]}"));

        ShouldBeSameJson((await named.FindAsync([id], Token)).ShouldHaveSingleItem().Result, "3");
    }

    /// <summary>A file with Django's tables.</summary>
    public sealed class Space : IAsyncLifetime
    {
        private readonly TestDirectory _folder = new();

        public string File => _folder["django.db"];

        public async ValueTask InitializeAsync() => await DjangoTables.MakeAsync("sqlite3", File);

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
