using System.Runtime.CompilerServices;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Results;

namespace CeleryNet;

/// <summary>
/// A handle to a task that was sent, or to a group of them: its state, its end, its result. Cheap to keep, safe for concurrent use; it keeps nothing that the
/// backend has told but that the task has ended.
/// </summary>
/// <remarks>
/// Mirrors <c>celery.result.AsyncResult</c>. Where nothing is stored of a task its state is PENDING, and the backend cannot tell whether the task waits, nobody
/// ever sent it, its result is ignored, or it has expired or was forgotten. <see cref="GetPresenceAsync"/> tells what the handle itself knows.
/// </remarks>
public class AsyncResult
{
    // What a backend is told at once to remove.
    private const int ForgottenAtOnce = 64;

    private volatile bool _hasEnded;

    private protected AsyncResult(TaskId id, ResultAccess access, AsyncResult? parent, IReadOnlyList<AsyncResult>? members)
    {
        Id = id;
        Access = access;
        Parent = parent;
        Members = members;
    }

    /// <summary>When the client that made the handle had the task sent; null where it did not, as in a handle made from an id.</summary>
    internal DateTimeOffset? SentAt { get; init; }

    /// <summary>The id of the task, or of the group.</summary>
    public TaskId Id { get; }

    /// <summary>
    /// The result of the step before it in a workflow: of the task whose result it gets, or of the group in front of a chord's body. Null when there is none, or
    /// it is not known: the handle of a single task, and one made from an id, have none.
    /// </summary>
    public AsyncResult? Parent { get; }

    /// <summary>The results of the group's members in their order, of which each may be a group itself; null when it is a task.</summary>
    public IReadOnlyList<AsyncResult>? Members { get; }

    internal ResultAccess Access { get; }

    internal static AsyncResult Create(TaskId id, ResultAccess access, AsyncResult? parent = null) => new(id, access, parent, null);

    /// <summary>The id.</summary>
    public override string ToString() => Id.ToString();

    /// <summary>Asks the backend for the task's state.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <returns>
    /// PENDING when nothing is stored: the task waits, is unknown, or its result has expired. Of a group SUCCESS when all members have succeeded, when all have
    /// ended the state of the first that has not, PENDING when nothing is stored of any, and else STARTED.
    /// </returns>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    public async Task<TaskState> GetStateAsync(CancellationToken cancellationToken = default) => Members is null
        ? (await ReadAsync(cancellationToken).ConfigureAwait(false))?.State ?? TaskState.Pending
        : (await GroupStates.ReadAsync(this, cancellationToken).ConfigureAwait(false)).State;

    /// <summary>Asks the backend whether the task has ended, in whatever way; of a group, whether all members have.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    /// <remarks>Mirrors <c>ready</c>.</remarks>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
        => (await GetStateAsync(cancellationToken).ConfigureAwait(false)).IsReady;

    /// <summary>Asks the backend whether the task has succeeded; of a group, whether all members have.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    /// <remarks>Mirrors <c>successful</c>.</remarks>
    public async Task<bool> IsSuccessfulAsync(CancellationToken cancellationToken = default)
        => await GetStateAsync(cancellationToken).ConfigureAwait(false) == TaskState.Success;

    /// <summary>Asks the backend whether the task has ended in FAILURE or REVOKED; of a group, whether any member has.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    /// <remarks>Mirrors <c>failed</c>, which knows FAILURE only.</remarks>
    public async Task<bool> IsFailedAsync(CancellationToken cancellationToken = default) => Members is null
        ? (await GetStateAsync(cancellationToken).ConfigureAwait(false)).IsFailed
        : (await GroupStates.ReadAsync(this, cancellationToken).ConfigureAwait(false)).IsFailed;

    /// <summary>Asks the backend for what is stored while the task is in its present state: the meta of a state of its own, the result, or the exception.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <returns>The state and what is stored with it as JSON; of an unknown task PENDING and an undefined element, as is that of a group.</returns>
    /// <exception cref="ResultBackendException">The backend could not be asked, or what it has cannot be read.</exception>
    public async Task<(TaskState State, JsonElement Info)> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        if (Members is not null)
        {
            return (await GetStateAsync(cancellationToken).ConfigureAwait(false), default);
        }

        return await GetSnapshotAsync(cancellationToken).ConfigureAwait(false) is { } snapshot ? (snapshot.State, snapshot.ReadInfo()) : (TaskState.Pending, default);
    }

    /// <summary>Asks the backend for all that is stored of the task: its state and result, traceback, time, worker, arguments and children.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <returns>Null when nothing is stored, which is also so of a group: its members have what there is.</returns>
    /// <exception cref="ResultBackendException">The backend could not be asked, or what it has cannot be read.</exception>
    public async Task<ResultSnapshot?> GetSnapshotAsync(CancellationToken cancellationToken = default)
        => Members is null && await ReadAsync(cancellationToken).ConfigureAwait(false) is { } meta ? new ResultSnapshot(meta, Access) : null;

    /// <summary>Asks the backend whether anything is stored of the task, and if not, tells why as far as this handle can know.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    /// <exception cref="InvalidOperationException">It is a group; its members can be asked.</exception>
    public async Task<ResultPresence> GetPresenceAsync(CancellationToken cancellationToken = default)
    {
        if (Members is not null)
        {
            throw new InvalidOperationException($"Result {Id} is that of a group, of which nothing is stored; ask its {nameof(Members)}.");
        }

        if (await ReadAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            return ResultPresence.Stored;
        }

        return _hasEnded ? ResultPresence.Gone
            : SentAt is { } sent && (Access.ResultExpires == Timeout.InfiniteTimeSpan || Access.Time.GetUtcNow() - sent < Access.ResultExpires) ? ResultPresence.Pending
            : ResultPresence.Unknown;
    }

    /// <summary>Asks the backend for the tasks that this one sent.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <returns>Handles as <see cref="ResultSnapshot.ReadChildren"/> has them, empty when nothing is stored; of a group its members.</returns>
    /// <exception cref="ResultBackendException">The backend could not be asked, or what it has cannot be read.</exception>
    /// <remarks>Mirrors <c>children</c>.</remarks>
    public async Task<IReadOnlyList<AsyncResult>> GetChildrenAsync(CancellationToken cancellationToken = default)
        => Members ?? (await GetSnapshotAsync(cancellationToken).ConfigureAwait(false))?.ReadChildren() ?? [];

    /// <summary>Waits until the task has succeeded; of a group, until all members have.</summary>
    /// <param name="timeout">The longest wait; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="RemoteTaskException">The task, or a step before it, ended in FAILURE or REVOKED.</exception>
    /// <exception cref="ResultTimeoutException">No final state within <paramref name="timeout"/>; the task is not revoked.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    public Task WaitAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        => WaitAsync(new ResultWaitOptions { Timeout = timeout }, cancellationToken);

    /// <inheritdoc cref="WaitAsync(TimeSpan?, CancellationToken)" />
    /// <param name="options">How long, and for what.</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    public Task WaitAsync(ResultWaitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return SucceedAsync(ResultTree.Tasks(this), options, static (_, _) => { }, cancellationToken);
    }

    /// <summary>Waits for the task's end, whatever it is, and returns what is stored of it then: no failure is thrown.</summary>
    /// <param name="timeout">The longest wait; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="ResultTimeoutException">No final state within <paramref name="timeout"/>; the task is not revoked.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    /// <exception cref="InvalidOperationException">It is a group; <see cref="GroupResult{T}.JoinOutcomesAsync"/> does this for groups.</exception>
    /// <remarks>Mirrors <c>get(propagate=False)</c>: steps before the task are not looked at.</remarks>
    public async Task<ResultSnapshot> WaitForEndAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (Members is not null)
        {
            throw new InvalidOperationException($"Result {Id} is that of a group, which has no one end; use {nameof(AsGroup)} and {nameof(GroupResult<>.JoinOutcomesAsync)}.");
        }

        var wait = new ResultWait(Access, timeout, cancellationToken);
        await using (wait.ConfigureAwait(false))
        {
            return new ResultSnapshot(await wait.BoundAsync(wait.EndAsync(this), this).ConfigureAwait(false), Access);
        }
    }

    /// <summary>
    /// Waits for the task's end and returns its result as the JSON text that came, not looked into and not copied: to be passed on, or to be read piece by piece.
    /// </summary>
    /// <param name="options">How long, and for what; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <returns>The JSON text in UTF-8, in which Python may have written <c>NaN</c>; of a group a list of its members' results, which is a copy.</returns>
    /// <exception cref="RemoteTaskException">The task, or a step before it, ended in FAILURE or REVOKED.</exception>
    /// <exception cref="ResultTimeoutException">No final state in time; the task is not revoked.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    public async Task<ReadOnlyMemory<byte>> GetBytesAsync(ResultWaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        var tasks = ResultTree.Tasks(this);
        var json = new ReadOnlyMemory<byte>[tasks.Count];
        await SucceedAsync(tasks, options ?? new(), (place, meta) => json[place] = ResultJson.Of(meta), cancellationToken).ConfigureAwait(false);
        return Members is null ? json[0] : ResultJson.Join(Members, json);
    }

    /// <summary>
    /// Follows the task: what is stored of it now, if anything, and with each later state, up to the final one. A state of its own may come often, with other
    /// meta each time. States that follow each other faster than they are read may be skipped, the final one never. Of a group, the states of its tasks as they come.
    /// </summary>
    /// <param name="timeout">The longest time from the first to the last; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends it; the task goes on.</param>
    /// <exception cref="ResultTimeoutException">No final state within <paramref name="timeout"/>; the task is not revoked.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us, or what it has cannot be read.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    /// <remarks>The counterpart of <c>get(on_message=…)</c>. Over an outage of the backend it goes on.</remarks>
    public async IAsyncEnumerable<ResultSnapshot> WatchAsync(TimeSpan? timeout = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var wait = new ResultWait(Access, timeout, cancellationToken);
        await using (wait.ConfigureAwait(false))
        {
            var states = wait.WatchAsync(ResultTree.Tasks(this)).GetAsyncEnumerator(CancellationToken.None);
            await using (states.ConfigureAwait(false))
            {
                while (await wait.BoundAsync(states.MoveNextAsync().AsTask(), this).ConfigureAwait(false))
                {
                    yield return new ResultSnapshot(states.Current, Access);
                }
            }
        }
    }

    /// <summary>
    /// Walks over the task and all that was sent from it, level by level: the task, its children in order, their children, and so on, each once it has succeeded
    /// and with its result. A group comes with the list of its members' results, and then each of its members comes.
    /// </summary>
    /// <param name="options">How long in all, and for what; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it; the tasks go on.</param>
    /// <exception cref="RemoteTaskException">A task ended in FAILURE or REVOKED; thrown in its turn.</exception>
    /// <exception cref="ResultTimeoutException">Not all have ended in time; they are not revoked.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us, or what it has cannot be read.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    /// <remarks>Mirrors <c>collect</c>. What a task sends is its child whatever language it is in; Python's tasks without <c>trail</c> do not say what they sent.</remarks>
    public async IAsyncEnumerable<(AsyncResult Result, JsonElement Value)> CollectAsync(
        ResultWaitOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new();
        var wait = new ResultWait(Access, options.Timeout, cancellationToken);
        await using (wait.ConfigureAwait(false))
        {
            var seen = new HashSet<TaskId>();
            var next = new Queue<AsyncResult>([this]);
            while (next.TryDequeue(out var result))
            {
                if (!seen.Add(result.Id))
                {
                    continue;
                }

                var (value, children) = await wait.BoundAsync(wait.CollectAsync(result, options.FollowParents), this).ConfigureAwait(false);
                foreach (var child in children)
                {
                    next.Enqueue(child);
                }

                yield return (result, value);
            }
        }
    }

    /// <summary>The same result as that of a group.</summary>
    /// <typeparam name="TItem">The type each member's result is read as; <see cref="JsonElement"/> for whatever it is.</typeparam>
    /// <exception cref="InvalidOperationException">It is the result of a task.</exception>
    public GroupResult<TItem> AsGroup<TItem>() => this as GroupResult<TItem> ?? GroupResult<TItem>.Create(
        Id.Value,
        [.. (Members ?? throw new InvalidOperationException($"Result {Id} is that of a task, not of a group.")).Select(member => member.As<TItem>())],
        Parent,
        Access);

    /// <summary>
    /// Removes what the backend has of the task, and of all tasks before it: its <see cref="Parent"/>, that one's, and so on; of a group that of its members. That
    /// a group was saved is not forgotten by this.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be told.</exception>
    /// <remarks>Mirrors <c>forget</c>.</remarks>
    public async Task ForgetAsync(CancellationToken cancellationToken = default)
    {
        var tasks = ResultTree.Tasks(this);
        TaskId[] ids = [.. ResultTree.Ancestors(this, tasks).Concat(tasks).Select(static task => task.Id)];
        foreach (var some in ids.Chunk(ForgottenAtOnce))
        {
            await Task.WhenAll(some.Select(id => Access.Backend.ForgetAsync(id, cancellationToken).AsTask())).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Tells all workers that the task is not wanted any more, of a group that none of its members is, and returns once the broker has taken that. Unless a task
    /// has ended, or runs and is not terminated, it ends in state REVOKED. The steps before it are not revoked.
    /// </summary>
    /// <param name="terminate">Whether it is ended also if it runs already.</param>
    /// <param name="cancellationToken">Ends the wait; the workers may be told all the same.</param>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="PublishException">The broker refused the message.</exception>
    /// <remarks>Mirrors <c>AsyncResult.revoke</c>, <c>GroupResult.revoke</c>.</remarks>
    public Task RevokeAsync(bool terminate = false, CancellationToken cancellationToken = default)
    {
        var revokeAsync = Access.RevokeAsync ?? throw new InvalidOperationException("This handle does not come from a client.");
        TaskId[] ids = [.. ResultTree.Tasks(this).Select(static task => task.Id)];
        return ids.Length == 0 ? Task.CompletedTask : revokeAsync(ids, terminate, cancellationToken);
    }

    /// <summary>
    /// Looks at the whole workflow that this is part of: from the first step before it on, all steps this handle knows of, and all that tasks which have ended have sent.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <returns>The first step, with what follows it and the states of the moment.</returns>
    /// <exception cref="ResultBackendException">The backend could not be asked, or what it has cannot be read.</exception>
    /// <remarks>
    /// The handle that sending a workflow returns knows all of its steps but callbacks and what tasks send themselves; a handle made of an id alone knows none, and
    /// finds those after it as they are sent. Mirrors <c>build_graph</c>.
    /// </remarks>
    public Task<WorkflowNode> GetWorkflowAsync(CancellationToken cancellationToken = default) => WorkflowTree.ReadAsync(this, Access, cancellationToken);

    /// <summary>
    /// Tells all workers that nothing of the workflow that this is part of is wanted any more: all of <see cref="GetWorkflowAsync"/> that has not ended, also what
    /// was not sent yet. Returns once the broker has taken that.
    /// </summary>
    /// <param name="terminate">Whether tasks are ended also that run already.</param>
    /// <param name="cancellationToken">Ends the wait; the workers may be told all the same.</param>
    /// <exception cref="ResultBackendException">The backend could not be asked what has ended; nobody was told.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="PublishException">The broker refused the message.</exception>
    /// <remarks>What a task sends while this is under way may escape it: with <paramref name="terminate"/>, call it again when the tasks have ended.</remarks>
    public async Task RevokeWorkflowAsync(bool terminate = false, CancellationToken cancellationToken = default)
    {
        var revokeAsync = Access.RevokeAsync ?? throw new InvalidOperationException("This handle does not come from a client.");
        var first = await GetWorkflowAsync(cancellationToken).ConfigureAwait(false);
        TaskId[] ids = [.. first.All().Where(static node => node.Result.Members is null && !node.State.IsReady).Select(static node => node.Result.Id)];
        if (ids.Length > 0)
        {
            await revokeAsync(ids, terminate, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Remembers that the task has ended, if that is its state.</summary>
    internal void Saw(TaskState state) => _hasEnded |= state.IsReady;

    /// <summary>The same result, read as a type.</summary>
    internal AsyncResult<T> As<T>() => this as AsyncResult<T> ?? new AsyncResult<T>(Id, Access, Parent, Members) { SentAt = SentAt };

    private async ValueTask<ResultMeta?> ReadAsync(CancellationToken cancellationToken)
    {
        var meta = await Access.Backend.GetAsync(Id, cancellationToken).ConfigureAwait(false);
        Saw(meta?.State ?? TaskState.Pending);
        return meta;
    }

    private protected async Task SucceedAsync(
        IReadOnlyList<AsyncResult> tasks, ResultWaitOptions options, Action<int, ResultMeta> take, CancellationToken cancellationToken)
    {
        var ancestors = options.FollowParents ? ResultTree.Ancestors(this, tasks) : [];
        var wait = new ResultWait(Access, options.Timeout, cancellationToken);
        await using (wait.ConfigureAwait(false))
        {
            await wait.BoundAsync(wait.SucceedAsync(tasks, ancestors, take), this).ConfigureAwait(false);
        }
    }
}
