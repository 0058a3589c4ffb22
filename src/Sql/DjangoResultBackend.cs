using System.Data;
using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Sql;

/// <summary>
/// The tables of django-celery-results, which Django's migrations make. Each row says how its values are written. What has no column is in <c>meta</c>, where Python
/// finds it too. django_celery_results/backends/database.py, models.py
/// </summary>
internal sealed class DjangoResultBackend(SqlDatabase database, ResultFormat format, TimeProvider time) : SqlResultBackend(database)
{
    private const string Binary = "binary";

    protected override string TaskTable => "django_celery_results_taskresult";

    protected override string GroupTable => "django_celery_results_groupresult";

    protected override string GroupKey => "group_id";

    protected override IReadOnlyList<SqlField> TaskFields(ResultRecord record)
    {
        var now = time.GetUtcNow();
        return
        [
            new("status", DbType.String, record.State.Name),
            .. Content(record.Result.IsEmpty ? "null"u8.ToArray() : record.Result),
            Time("date_created", now, onInsertOnly: true),
            Time("date_done", record.State.IsReady ? record.DateDone ?? now : now),
            new("traceback", DbType.String, record.Traceback),
            new("meta", DbType.String, Encode(DjangoMeta.Write(record))),
            new("task_name", DbType.String, record.Details?.Name),
            new("task_args", DbType.String, record.Details is { Args.IsEmpty: false } ? Encode(record.Details.Args) : null),
            new("task_kwargs", DbType.String, record.Details is { Kwargs.IsEmpty: false } ? Encode(record.Details.Kwargs) : null),
            new("worker", DbType.String, record.Details?.Worker),
        ];
    }

    protected override ResultRecord ReadTask(SqlRow row)
    {
        TaskId taskId = row.Text("task_id")!;
        TaskState state = row.Text("status") ?? TaskState.Pending.Name;
        try
        {
            var meta = DjangoMeta.Read(Decode(row, "meta"));
            return new ResultRecord(taskId, state)
            {
                Result = Decode(row, "result"),
                Traceback = row.Text("traceback"),
                Children = meta.Children,
                DateDone = state.IsReady ? row.Time("date_done") : null,
                GroupId = meta.GroupId,
                ParentId = meta.ParentId is { } parent ? parent : default(TaskId?),
                Details = row.Text("task_name") is { } name
                    ? new ResultDetails(name)
                    {
                        Args = Argument(row, "task_args"),
                        Kwargs = Argument(row, "task_kwargs"),
                        Worker = row.Text("worker") ?? "",
                        Retries = meta.Retries,
                        Queue = meta.Queue,
                    }
                    : null,
            };
        }
        catch (Exception error) when (error is MalformedMessageException or JsonException or FormatException or InvalidOperationException)
        {
            return ResultRecord.Unreadable(taskId, $"What is stored as the result of task {taskId} cannot be read: {error.Message}");
        }
    }

    protected override IReadOnlyList<SqlField> GroupFields(ReadOnlyMemory<byte> group)
    {
        var now = time.GetUtcNow();
        return [.. Content(group), Time("date_created", now, onInsertOnly: true), Time("date_done", now)];
    }

    protected override ReadOnlyMemory<byte> ReadGroup(string groupId, SqlRow row)
    {
        try
        {
            return Decode(row, "result");
        }
        catch (Exception error) when (error is MalformedMessageException or FormatException)
        {
            throw new ResultBackendException($"What is stored of group {groupId} cannot be read: {error.Message}", error);
        }
    }

    protected override SqlField Time(string column, DateTimeOffset? time, bool onInsertOnly = false)
        => new(column, DbType.DateTime, time is { } known ? Database.Aware(known) : null, onInsertOnly);

    protected override Task CreateTablesAsync(CancellationToken cancellationToken) => throw new ResultBackendException(
        $"The database has no table {TaskTable} or {GroupTable}, which Django makes: 'python manage.py migrate django_celery_results' would do that.");

    private SqlField[] Content(ReadOnlyMemory<byte> json) =>
    [
        new("result", DbType.String, Encode(json)),
        new("content_type", DbType.String, format.ContentType),
        new("content_encoding", DbType.String, format.ContentEncoding),
    ];

    private string Encode(ReadOnlyMemory<byte> json)
    {
        var content = format.Encode(json).Span;
        return format.ContentEncoding == Binary ? Convert.ToBase64String(content) : Encoding.UTF8.GetString(content);
    }

    private ReadOnlyMemory<byte> Decode(SqlRow row, string column)
    {
        if (row.Text(column) is not { Length: > 0 } text)
        {
            return default;
        }

        var encoding = row.Text("content_encoding");
        return format.Decode(encoding == Binary ? Convert.FromBase64String(text) : Encoding.UTF8.GetBytes(text), row.Text("content_type"), encoding);
    }

    // What Python cannot decode either it leaves as it is.
    private ReadOnlyMemory<byte> Argument(SqlRow row, string column)
    {
        try
        {
            return Decode(row, column);
        }
        catch (Exception error) when (error is MalformedMessageException or FormatException)
        {
            return default;
        }
    }
}
