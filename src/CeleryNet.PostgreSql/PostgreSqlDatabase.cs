using System.Data.Common;
using CeleryNet.Sql;
using Npgsql;

namespace CeleryNet.PostgreSql;

/// <summary>A PostgreSQL database.</summary>
internal sealed class PostgreSqlDatabase(NpgsqlDataSource source) : SqlDatabase
{
    public override async Task<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await work(connection, cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task WriteAsync(Func<DbConnection, CancellationToken, Task> work, CancellationToken cancellationToken) => RunAsync(
        async (connection, token) =>
        {
            await work(connection, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    public override object Naive(DateTimeOffset time) => DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified);

    public override object Aware(DateTimeOffset time) => time.UtcDateTime;

    public override string? NextId(string? schema, string sequence)
        => $"nextval('{SqlName.Quote(schema, sequence).Replace("'", "''", StringComparison.Ordinal)}')";

    public override string CreateTables(SqlAlchemyTables tables) => $"""
        CREATE SEQUENCE IF NOT EXISTS {SqlName.Quote(tables.TaskSchema, SqlAlchemyTables.TaskSequence)};
        CREATE TABLE IF NOT EXISTS {SqlName.Quote(tables.TaskSchema, tables.Task)} (
            id INTEGER NOT NULL PRIMARY KEY, task_id VARCHAR(155) UNIQUE, status VARCHAR(50), result BYTEA, date_done TIMESTAMP WITHOUT TIME ZONE, traceback TEXT,
            name VARCHAR(155), args BYTEA, kwargs BYTEA, worker VARCHAR(155), retries INTEGER, queue VARCHAR(155));
        CREATE SEQUENCE IF NOT EXISTS {SqlName.Quote(tables.GroupSchema, SqlAlchemyTables.GroupSequence)};
        CREATE TABLE IF NOT EXISTS {SqlName.Quote(tables.GroupSchema, tables.Group)} (
            id INTEGER NOT NULL PRIMARY KEY, taskset_id VARCHAR(155) UNIQUE, result BYTEA, date_done TIMESTAMP WITHOUT TIME ZONE);
        """;

    public override bool IsMissingTable(DbException error) => error.SqlState == PostgresErrorCodes.UndefinedTable;

    // "IF NOT EXISTS" looks first and makes afterwards.
    public override bool IsMadeMeanwhile(DbException error)
        => error.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject;

    // Class 22, data exceptions.
    public override bool IsRefusedValue(DbException error) => error.SqlState?.StartsWith("22", StringComparison.Ordinal) == true;

    public override ValueTask DisposeAsync() => source.DisposeAsync();
}
