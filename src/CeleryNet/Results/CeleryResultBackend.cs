namespace CeleryNet.Extensibility;

/// <summary>
/// A place for results that this library does not know: what has to be written to add one is to store records and to find them again. Waiting for a result is
/// done by asking for it, seldom at last and for many tasks at once.
/// </summary>
/// <remarks>
/// <para>Registered with <see cref="CeleryBuilder.AddResultBackend"/> under the schemes of its URLs. One object is made; all its methods are called concurrently.</para>
/// <para>Each method makes one attempt and throws when it fails; when to try again is decided by who calls. Whatever is thrown that is no
/// <see cref="CeleryException"/> counts as an outage and reaches the application as <see cref="ResultBackendException"/>. Every call ends after
/// <see cref="OperationTimeout"/>: its token fires, and nobody waits for it any more.</para>
/// <para>Mirrors <c>celery.backends.base.Backend</c>.</para>
/// </remarks>
public abstract class CeleryResultBackend : IAsyncDisposable
{
    /// <summary>How long one call may take before it counts as failed.</summary>
    /// <value>The default is 30 seconds.</value>
    public virtual TimeSpan OperationTimeout => TimeSpan.FromSeconds(30);

    /// <summary>How long after its first question and after each change a watched task is asked for again; from then on the pauses grow.</summary>
    /// <value>The default is 50 milliseconds; at least 1 millisecond.</value>
    public virtual TimeSpan MinPollInterval => TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two questions for a watched task, and so the longest that a result is late.</summary>
    /// <value>The default is 500 milliseconds, as in Celery; at least <see cref="MinPollInterval"/>.</value>
    public virtual TimeSpan MaxPollInterval => TimeSpan.FromMilliseconds(500);

    /// <summary>For how many tasks at most <see cref="FindAsync"/> is asked at once.</summary>
    /// <value>The default is 500; at least 1.</value>
    public virtual int MaxBatch => 500;

    /// <summary>
    /// Stores the record of a task in place of the one that is there, unless that one's state is SUCCESS, which stays. Where the place can do this in one
    /// step it should: a task may run twice at the same time.
    /// </summary>
    /// <param name="record">The record; it may be kept.</param>
    /// <param name="cancellationToken">Ends the attempt; it may be stored all the same.</param>
    /// <exception cref="CelerySerializationException">The record can never be stored here, however often it is tried.</exception>
    public abstract ValueTask StoreAsync(ResultRecord record, CancellationToken cancellationToken);

    /// <summary>Finds the records of tasks.</summary>
    /// <param name="taskIds">The tasks, each once, at most <see cref="MaxBatch"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Those that are stored, in any order. One that cannot be read is told by <see cref="ResultRecord.Unreadable"/>, so that the others are not lost with it.</returns>
    public abstract ValueTask<IReadOnlyList<ResultRecord>> FindAsync(IReadOnlyList<TaskId> taskIds, CancellationToken cancellationToken);

    /// <summary>Removes the record of a task, if there is one.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public abstract ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken);

    /// <summary>Stores of which tasks a group consists, in place of what is there.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="group">Its tasks as JSON, in the form of Celery's <c>GroupResult.as_tuple()</c>: <c>[["group id", null], [[["task id", null], null], …]]</c>.</param>
    /// <param name="cancellationToken">Ends the attempt; it may be stored all the same.</param>
    public abstract ValueTask SaveGroupAsync(string groupId, ReadOnlyMemory<byte> group, CancellationToken cancellationToken);

    /// <summary>Finds of which tasks a group consists.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What was saved, as JSON; empty when nothing is.</returns>
    public abstract ValueTask<ReadOnlyMemory<byte>> FindGroupAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>Removes what is stored of a group, if there is anything; the records of its tasks stay.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public abstract ValueTask ForgetGroupAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>Removes the records and groups that are too old. Nothing to do where the place does that by itself.</summary>
    /// <param name="storedBefore">Goes what was stored last before this time.</param>
    /// <param name="cancellationToken">Ends the attempt; a part may be gone then.</param>
    /// <remarks>Mirrors what the task <c>celery.backend_cleanup</c> does.</remarks>
    public abstract ValueTask CleanUpAsync(DateTimeOffset storedBefore, CancellationToken cancellationToken);

    /// <summary>Lets go of connections. Called once, when no other call runs.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
