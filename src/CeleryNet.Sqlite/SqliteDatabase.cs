using System.Data.Common;
using System.Globalization;
using CeleryNet.Sql;
using Microsoft.Data.Sqlite;

namespace CeleryNet.Sqlite;

/// <summary>
/// A file of SQLite's. The driver blocks while it reads and writes, so the work is done on a thread of the pool, one piece at a time: more would only wait for
/// the file's lock, each with a thread. Other processes are waited for.
/// </summary>
internal sealed class SqliteDatabase(string connectionString) : SqlDatabase
{
    // From SQLite itself, https://www.sqlite.org/rescode.html
    private const int GenericError = 1, TooBig = 18, Mismatch = 20;

    // SQLite looks again after one millisecond, then ever later; the driver, which goes on when this has passed, after 150.
    private const string WaitForOthers = "PRAGMA busy_timeout = 1000;";

    private readonly SemaphoreSlim _turn = new(1);

    public override async Task<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => OnThreadAsync(work, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    // As SQLAlchemy and Django write it. Both read and compare it as a text.
    public override object Naive(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    public override object Aware(DateTimeOffset time) => Naive(time);

    public override string? NextId(string? schema, string sequence) => null;

    public override string CreateTables(SqlAlchemyTables tables) => $"""
        CREATE TABLE IF NOT EXISTS {SqlName.Quote(tables.TaskSchema, tables.Task)} (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, task_id VARCHAR(155) UNIQUE, status VARCHAR(50), result BLOB, date_done DATETIME, traceback TEXT,
            name VARCHAR(155), args BLOB, kwargs BLOB, worker VARCHAR(155), retries INTEGER, queue VARCHAR(155));
        CREATE TABLE IF NOT EXISTS {SqlName.Quote(tables.GroupSchema, tables.Group)} (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, taskset_id VARCHAR(155) UNIQUE, result BLOB, date_done DATETIME);
        """;

    public override bool IsMissingTable(DbException error)
        => error is SqliteException { SqliteErrorCode: GenericError } && error.Message.Contains("no such table", StringComparison.Ordinal);

    public override bool IsMadeMeanwhile(DbException error) => false;

    public override bool IsRefusedValue(DbException error) => error is SqliteException { SqliteErrorCode: TooBig or Mismatch };

    public override ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<T> OnThreadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = WaitForOthers;
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            return await work(connection, cancellationToken).ConfigureAwait(false);
        }
    }
}
