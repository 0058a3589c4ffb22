using CeleryNet.Contract.Tests.Results;
using CeleryNet.TestKit;

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
