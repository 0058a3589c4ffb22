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
}

/// <summary>Where the sender of a message wants its replies: for backends that send results as messages.</summary>
/// <param name="ReplyTo">The message's <c>reply_to</c>; null or empty when it wants none.</param>
/// <param name="CorrelationId">The message's <c>correlation_id</c>.</param>
internal readonly record struct ReplyAddress(string? ReplyTo, string? CorrelationId);
