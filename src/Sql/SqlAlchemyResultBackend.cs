using System.Data;
using System.Data.Common;
using CeleryNet.Extensibility;

namespace CeleryNet.Sql;

/// <summary>
/// The tables of Celery's <c>database</c> backend, which are SQLAlchemy's. The result is a pickle, whatever the serializer is; children, group and parent have no
/// column. celery/backends/database/__init__.py
/// </summary>
internal sealed class SqlAlchemyResultBackend(SqlDatabase database, SqlAlchemyTables tables, ResultFormat format, TimeProvider time) : SqlResultBackend(database)
{
    private readonly PickleCelerySerializer _pickle = new();

    protected override string TaskTable { get; } = SqlName.Quote(tables.TaskSchema, tables.Task);

    protected override string GroupTable { get; } = SqlName.Quote(tables.GroupSchema, tables.Group);

    protected override string GroupKey => "taskset_id";

    protected override string? NextTaskId => Database.NextId(tables.TaskSchema, SqlAlchemyTables.TaskSequence);

    protected override string? NextGroupId => Database.NextId(tables.GroupSchema, SqlAlchemyTables.GroupSequence);

    protected override IReadOnlyList<SqlField> TaskFields(ResultRecord record)
    {
        List<SqlField> fields =
        [
            new("status", DbType.String, record.State.Name),
            new("result", DbType.Binary, _pickle.Encode(record.Result.IsEmpty ? "null"u8.ToArray() : record.Result).ToArray()),
            Time("date_done", record.State.IsReady ? record.DateDone ?? time.GetUtcNow() : null),
            new("traceback", DbType.String, record.Traceback),
        ];

        // Tables of Celery before 4.4 end here.
        if (record.Details is { } details)
        {
            fields.AddRange(
            [
                new("name", DbType.String, details.Name),
                new("args", DbType.Binary, Argument(details.Args)),
                new("kwargs", DbType.Binary, Argument(details.Kwargs)),
                new("worker", DbType.String, details.Worker),
                new("retries", DbType.Int32, details.Retries),
                new("queue", DbType.String, details.Queue),
            ]);
        }

        return fields;
    }

    protected override ResultRecord ReadTask(SqlRow row)
    {
        TaskId taskId = row.Text("task_id")!;
        TaskState state = row.Text("status") ?? TaskState.Pending.Name;
        try
        {
            return new ResultRecord(taskId, state)
            {
                Result = row.Bytes("result") is { } stored ? PickledResult.Read(_pickle, stored, state, format.Limits) : default,
                Traceback = row.Text("traceback"),
                DateDone = row.Time("date_done"),
                Details = row.Text("name") is { } name
                    ? new ResultDetails(name)
                    {
                        Args = Argument(row.Bytes("args")),
                        Kwargs = Argument(row.Bytes("kwargs")),
                        Worker = row.Text("worker") ?? "",
                        Retries = row.Integer("retries"),
                        Queue = row.Text("queue"),
                    }
                    : null,
            };
        }
        catch (MalformedMessageException error)
        {
            return ResultRecord.Unreadable(taskId, $"What is stored as the result of task {taskId} cannot be read: {error.Message}");
        }
    }

    protected override IReadOnlyList<SqlField> GroupFields(ReadOnlyMemory<byte> group)
        => [new("result", DbType.Binary, GroupPickle.Write(_pickle, group)), Time("date_done", time.GetUtcNow(), onInsertOnly: true)];

    protected override ReadOnlyMemory<byte> ReadGroup(string groupId, SqlRow row) => GroupPickle.Read(_pickle, row.Bytes("result") ?? [], groupId, format.Limits);

    protected override SqlField Time(string column, DateTimeOffset? time, bool onInsertOnly = false)
        => new(column, DbType.DateTime2, time is { } known ? Database.Naive(known) : null, onInsertOnly);

    // Python makes them when it first needs them too. Whoever was faster has made the same.
    protected override async Task CreateTablesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Database.RunAsync(CreateAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException error) when (Database.IsMadeMeanwhile(error))
        {
            await Database.RunAsync(CreateAsync, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<int> CreateAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
#pragma warning disable CA2100 // Names of tables, in quotes.
            command.CommandText = Database.CreateTables(tables);
#pragma warning restore CA2100
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private byte[]? Argument(ReadOnlyMemory<byte> json) => json.IsEmpty ? null : format.Encode(json).ToArray();

    private ReadOnlyMemory<byte> Argument(byte[]? content) => content is null ? default : format.Decode(content);
}
