using System.Runtime.CompilerServices;
using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>Keeps the states and results of tasks. Safe for concurrent use; connects on first use and mends its connections by itself.</summary>
internal interface IResultBackend : IAsyncDisposable
{
    /// <summary>The queue that replies of this client come to: the message's <c>reply_to</c>.</summary>
    string ReplyTo { get; }

    /// <summary>Called before a task is sent whose result may be asked for: what must exist to receive it exists afterwards.</summary>
    /// <exception cref="ResultBackendException">The backend cannot be reached before the token fires.</exception>
    ValueTask PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Stores a state. A stored SUCCESS is never replaced where the backend can tell. One attempt; retrying is the caller's.</summary>
    /// <exception cref="ResultBackendException">It is not stored, or it is not known whether it is.</exception>
    ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken);

    /// <summary>What is stored of a task; null when there is nothing.</summary>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken);

    /// <summary>
    /// What is stored of a task now, if anything, and each later state, up to the final one. Goes on over outages of the backend. States that follow
    /// each other quickly may be skipped, the final one never.
    /// </summary>
    IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, CancellationToken cancellationToken);

    /// <summary>Removes what is stored of a task.</summary>
    /// <exception cref="ResultBackendException">The backend could not be told.</exception>
    ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken);

    /// <summary>
    /// What is stored of many tasks, in their order: null where there is nothing. They are asked for as the caller goes on, some at a time, so that not all are
    /// in memory at once.
    /// </summary>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    async IAsyncEnumerable<ResultMeta?> GetManyAsync(IReadOnlyList<TaskId> taskIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var id in taskIds)
        {
            yield return await GetAsync(id, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Saves which tasks are the members of a group, for as long as results are kept. A group of the same id is replaced.</summary>
    /// <exception cref="ResultBackendException">It is not saved, or it is not known whether it is.</exception>
    /// <exception cref="CeleryConfigurationException">This kind of backend does not keep groups.</exception>
    ValueTask SaveGroupAsync(ResultNode group, CancellationToken cancellationToken) => throw KeepsNoGroups();

    /// <summary>The members of a group that was saved; null when there is none.</summary>
    /// <exception cref="ResultBackendException">The backend could not be asked, or what it has cannot be read.</exception>
    /// <exception cref="CeleryConfigurationException">This kind of backend does not keep groups.</exception>
    ValueTask<ResultNode?> GetGroupAsync(TaskId groupId, CancellationToken cancellationToken) => throw KeepsNoGroups();

    /// <summary>Removes what was saved of a group; its tasks' results stay.</summary>
    /// <exception cref="ResultBackendException">The backend could not be told.</exception>
    /// <exception cref="CeleryConfigurationException">This kind of backend does not keep groups.</exception>
    ValueTask DeleteGroupAsync(TaskId groupId, CancellationToken cancellationToken) => throw KeepsNoGroups();

    private CeleryConfigurationException KeepsNoGroups() => new(
        $"Groups cannot be saved with this result backend ({GetType().Name}); set ResultBackend to one that keeps them, for example 'redis://localhost:6379/0'.");
}

/// <summary>Where the sender of a message wants its replies: for backends that send results as messages.</summary>
/// <param name="ReplyTo">The message's <c>reply_to</c>; null or empty when it wants none.</param>
/// <param name="CorrelationId">The message's <c>correlation_id</c>.</param>
internal readonly record struct ReplyAddress(string? ReplyTo, string? CorrelationId);
