using System.Data;
using System.Data.Common;
using CeleryNet.Extensibility;

namespace CeleryNet.Sql;

/// <summary>Results as rows: what the tables of Celery and of Django have in common.</summary>
internal abstract class SqlResultBackend(SqlDatabase database) : CeleryResultBackend
{
    public override TimeSpan OperationTimeout => database.Timeout;

    public override TimeSpan MinPollInterval => Longest < base.MinPollInterval ? Longest : base.MinPollInterval;

    public override TimeSpan MaxPollInterval => Longest;

    /// <summary>The longest pause between two questions for a result.</summary>
    public required TimeSpan Longest { get; init; }

    protected SqlDatabase Database => database;

    /// <summary>The table of tasks, quoted; the unique column is <c>task_id</c>.</summary>
    protected abstract string TaskTable { get; }

    /// <summary>The table of groups, quoted.</summary>
    protected abstract string GroupTable { get; }

    /// <summary>The unique column of the table of groups.</summary>
    protected abstract string GroupKey { get; }

    public override async ValueTask StoreAsync(ResultRecord record, CancellationToken cancellationToken)
    {
        var key = new SqlField("task_id", DbType.String, record.TaskId.Value);
        var fields = TaskFields(record);
        var text = SqlUpsert.Text(TaskTable, key, fields, NextTaskId, ("status", TaskState.Success.Name));
        try
        {
            await ExecuteAsync(text, [key, .. fields], cancellationToken).ConfigureAwait(false);
        }
        catch (DbException error) when (database.IsRefusedValue(error))
        {
            throw new CelerySerializationException($"The {record.State} of task {record.TaskId} cannot be stored: {error.Message}", error);
        }
    }

    public override async ValueTask<IReadOnlyList<ResultRecord>> FindAsync(IReadOnlyList<TaskId> taskIds, CancellationToken cancellationToken)
    {
        // PostgreSQL has no texts with NUL, and refuses the question for all that are asked for with it.
        var parameters = taskIds.Where(id => !id.Value.Contains('\0', StringComparison.Ordinal)).Select((id, i) => new SqlField($"id{i}", DbType.String, id.Value)).ToArray();
        if (parameters.Length == 0)
        {
            return [];
        }

        var text = $"SELECT * FROM {TaskTable} WHERE task_id IN ({string.Join(", ", parameters.Select(parameter => $"@{parameter.Column}"))})";
        return await QueryAsync(text, parameters, ReadTask, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken)
        => await ExecuteAsync($"DELETE FROM {TaskTable} WHERE task_id = @id", [new("id", DbType.String, taskId.Value)], cancellationToken).ConfigureAwait(false);

    public override async ValueTask SaveGroupAsync(string groupId, ReadOnlyMemory<byte> group, CancellationToken cancellationToken)
    {
        var key = new SqlField(GroupKey, DbType.String, groupId);
        var fields = GroupFields(group);
        await ExecuteAsync(SqlUpsert.Text(GroupTable, key, fields, NextGroupId, null), [key, .. fields], cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<ReadOnlyMemory<byte>> FindGroupAsync(string groupId, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            $"SELECT * FROM {GroupTable} WHERE {GroupKey} = @id", [new("id", DbType.String, groupId)], row => ReadGroup(groupId, row), cancellationToken).ConfigureAwait(false);
        return found is [var group] ? group : default;
    }

    public override async ValueTask ForgetGroupAsync(string groupId, CancellationToken cancellationToken)
        => await ExecuteAsync($"DELETE FROM {GroupTable} WHERE {GroupKey} = @id", [new("id", DbType.String, groupId)], cancellationToken).ConfigureAwait(false);

    public override async ValueTask CleanUpAsync(DateTimeOffset storedBefore, CancellationToken cancellationToken)
        => await ExecuteAsync(
            $"DELETE FROM {TaskTable} WHERE date_done < @before; DELETE FROM {GroupTable} WHERE date_done < @before;", [Time("before", storedBefore)], cancellationToken).ConfigureAwait(false);

    public override async ValueTask DisposeAsync()
    {
        await database.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected virtual string? NextTaskId => null;

    protected virtual string? NextGroupId => null;

    protected abstract IReadOnlyList<SqlField> TaskFields(ResultRecord record);

    protected abstract ResultRecord ReadTask(SqlRow row);

    protected abstract IReadOnlyList<SqlField> GroupFields(ReadOnlyMemory<byte> group);

    /// <exception cref="ResultBackendException">It cannot be read.</exception>
    protected abstract ReadOnlyMemory<byte> ReadGroup(string groupId, SqlRow row);

    /// <summary>A time as the tables have it.</summary>
    protected abstract SqlField Time(string column, DateTimeOffset? time, bool onInsertOnly = false);

    /// <summary>Makes the tables, which are not there.</summary>
    /// <exception cref="ResultBackendException">They are for somebody else to make.</exception>
    protected abstract Task CreateTablesAsync(CancellationToken cancellationToken);

    private async Task ExecuteAsync(string text, IReadOnlyList<SqlField> parameters, CancellationToken cancellationToken)
    {
        await WithTablesAsync(WriteAsync, cancellationToken).ConfigureAwait(false);

        async Task<bool> WriteAsync()
        {
            await database.WriteAsync(RunAsync, cancellationToken).ConfigureAwait(false);
            return true;
        }

        async Task RunAsync(DbConnection connection, CancellationToken token)
        {
            var command = Command(connection, text, parameters);
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            }
        }
    }

    private Task<IReadOnlyList<T>> QueryAsync<T>(string text, IReadOnlyList<SqlField> parameters, Func<SqlRow, T> read, CancellationToken cancellationToken)
    {
        return WithTablesAsync(() => database.RunAsync(ReadAsync, cancellationToken), cancellationToken);

        async Task<IReadOnlyList<T>> ReadAsync(DbConnection connection, CancellationToken token)
        {
            var command = Command(connection, text, parameters);
            await using (command.ConfigureAwait(false))
            {
                var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    var rows = new List<T>();
                    while (await reader.ReadAsync(token).ConfigureAwait(false))
                    {
                        rows.Add(read(new SqlRow(reader)));
                    }

                    return rows;
                }
            }
        }
    }

    private async Task<T> WithTablesAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (DbException error) when (database.IsMissingTable(error))
        {
            await CreateTablesAsync(cancellationToken).ConfigureAwait(false);
            return await work().ConfigureAwait(false);
        }
    }

    private DbCommand Command(DbConnection connection, string text, IReadOnlyList<SqlField> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Of what comes from outside, only the names of tables are in the text, in quotes.
        command.CommandText = text;
#pragma warning restore CA2100
        command.CommandTimeout = (int)Math.Ceiling(database.Timeout.TotalSeconds);
        foreach (var field in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.DbType, parameter.Value) = (field.Column, field.Type, field.Value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
