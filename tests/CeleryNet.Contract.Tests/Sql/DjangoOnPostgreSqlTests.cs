using CeleryNet.Contract.Tests.Results;

namespace CeleryNet.Contract.Tests.Sql;

/// <summary>Results in the tables of django-celery-results, on PostgreSQL.</summary>
public sealed class DjangoOnPostgreSqlTests(DjangoOnPostgreSqlTests.Space space) : RecordBackendContract, IClassFixture<DjangoOnPostgreSqlTests.Space>
{
    private protected override string Url => $"django-db+{space.Database.Url}";

    private protected override void Add(CeleryBuilder celery) => celery.AddPostgreSqlResults();

    /// <summary>A database with Django's tables.</summary>
    public sealed class Space : IAsyncLifetime
    {
        public PostgreSqlSpace Database { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Database.InitializeAsync();
            await Database.MakeDjangoTablesAsync();
        }

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
