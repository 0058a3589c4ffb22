using System.Collections.Concurrent;
using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Docs;

/// <summary>The code of docs/backends.md.</summary>
internal static class BackendSnippets
{
    public static void Files(IServiceCollection services)
    {
        services.AddCelery(celery => celery.ResultBackend = "file:///var/results");
    }

    public static void Databases(IServiceCollection services)
    {
        services.AddCelery(celery => celery.ResultBackend = "db+postgresql://user:password@host/database")
            .AddPostgreSqlResults();
    }

    public static void Own(IServiceCollection services)
    {
        services.AddCelery(celery => celery.ResultBackend = "dictionary://")
            .AddResultBackend("dictionary", context => new DictionaryResults(context));
    }
}

internal sealed class DictionaryResults(ResultBackendContext context) : CeleryResultBackend
{
    private readonly ConcurrentDictionary<string, (byte[] Document, bool IsSuccess, DateTimeOffset At)> _tasks = new();
    private readonly ConcurrentDictionary<string, (byte[] Tasks, DateTimeOffset At)> _groups = new();

    public override ValueTask StoreAsync(ResultRecord record, CancellationToken cancellationToken)
    {
        var stored = (context.Format.EncodeDocument(record).ToArray(), record.State == TaskState.Success, context.Time.GetUtcNow());
        _tasks.AddOrUpdate(record.TaskId.Value, stored, (_, before) => before.IsSuccess ? before : stored);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<IReadOnlyList<ResultRecord>> FindAsync(IReadOnlyList<TaskId> taskIds, CancellationToken cancellationToken)
        => new([.. taskIds.Where(id => _tasks.ContainsKey(id.Value)).Select(id => context.Format.DecodeDocument(id, _tasks[id.Value].Document))]);

    public override ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        _tasks.TryRemove(taskId.Value, out _);
        return ValueTask.CompletedTask;
    }

    public override ValueTask SaveGroupAsync(string groupId, ReadOnlyMemory<byte> group, CancellationToken cancellationToken)
    {
        _groups[groupId] = (group.ToArray(), context.Time.GetUtcNow());
        return ValueTask.CompletedTask;
    }

    public override ValueTask<ReadOnlyMemory<byte>> FindGroupAsync(string groupId, CancellationToken cancellationToken)
        => new(_groups.TryGetValue(groupId, out var group) ? group.Tasks : default);

    public override ValueTask ForgetGroupAsync(string groupId, CancellationToken cancellationToken)
    {
        _groups.TryRemove(groupId, out _);
        return ValueTask.CompletedTask;
    }

    public override ValueTask CleanUpAsync(DateTimeOffset storedBefore, CancellationToken cancellationToken)
    {
        foreach (var (id, task) in _tasks.Where(task => task.Value.At < storedBefore))
        {
            _tasks.TryRemove(KeyValuePair.Create(id, task));
        }

        foreach (var (id, group) in _groups.Where(group => group.Value.At < storedBefore))
        {
            _groups.TryRemove(KeyValuePair.Create(id, group));
        }

        return ValueTask.CompletedTask;
    }
}
