using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using CeleryNet.Sql;
using Microsoft.Data.Sqlite;

namespace CeleryNet.Sqlite;

/// <summary>
/// A file of SQLite's. The driver blocks while it reads and writes, so the work is done on a thread of the pool, one piece at a time: more would only wait for
/// the file's lock, each with a thread. What is to be written meanwhile is written together afterwards: the disk is waited for once. Other processes are waited for.
/// </summary>
internal sealed class SqliteDatabase(string connectionString) : SqlDatabase
{
    // From SQLite itself, https://www.sqlite.org/rescode.html
    private const int GenericError = 1, TooBig = 18, Mismatch = 20;

    // SQLite looks again after one millisecond, then ever later; the driver, which goes on when this has passed, after 150.
    private const string WaitForOthers = "PRAGMA busy_timeout = 1000;";

    // How many changes go together: others have to wait for all of them.
    private const int Together = 200;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentQueue<SqliteWrite> _writes = new();

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

    public override async Task WriteAsync(Func<DbConnection, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var write = new SqliteWrite(work);
        _writes.Enqueue(write);
        try
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            await WriteUntilAsync(write).ConfigureAwait(false);
        }
        catch
        {
            write.Abandon();
            throw;
        }

        await write.Done.ConfigureAwait(false);
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

    // Whoever has the turn writes for others too, to the end, although it may be cancelled itself.
    private async Task WriteUntilAsync(SqliteWrite write)
    {
        try
        {
            while (!write.Done.IsCompleted)
            {
                await Task.Run(() => OnThreadAsync(WriteTogetherAsync, CancellationToken.None), CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> WriteTogetherAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var writes = new List<SqliteWrite>();
        while (writes.Count < Together && _writes.TryDequeue(out var write))
        {
            writes.Add(write);
        }

        try
        {
            await ExecuteAsync(connection, "BEGIN IMMEDIATE", cancellationToken).ConfigureAwait(false);
            foreach (var write in writes)
            {
                await write.RunAsync(connection, cancellationToken).ConfigureAwait(false);
            }

            await ExecuteAsync(connection, "COMMIT", cancellationToken).ConfigureAwait(false);
            writes.ForEach(write => write.End(null));
        }
        catch (Exception error)
        {
            writes.ForEach(write => write.End(error));
            await RollBackAsync(connection).ConfigureAwait(false);
        }

        return true;
    }

    // The connection goes back to a pool, and must not go there in the middle of something.
    private static async Task RollBackAsync(DbConnection connection)
    {
        try
        {
            await ExecuteAsync(connection, "ROLLBACK", CancellationToken.None).ConfigureAwait(false);
        }
        catch (SqliteException error) when (error.SqliteErrorCode == GenericError)
        {
            // It had not begun, or SQLite has rolled it back by itself.
        }
    }

    private static async Task ExecuteAsync(DbConnection connection, string text, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
#pragma warning disable CA2100 // Constants of this class.
            command.CommandText = text;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> OnThreadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, WaitForOthers, cancellationToken).ConfigureAwait(false);
            return await work(connection, cancellationToken).ConfigureAwait(false);
        }
    }
}
