using System.Runtime.CompilerServices;
using CeleryNet.Protocol;
using CeleryNet.Results;

namespace CeleryNet;

/// <summary>A handle to a group of tasks, whose result is the list of its members' results, in their order and not in that in which they end.</summary>
/// <typeparam name="T">The type each member's result is read as; of a member that is a group itself, the type its list is read as.</typeparam>
/// <remarks>
/// Mirrors <c>celery.result.GroupResult</c>. All waits for a group, however large, go over one connection to the backend. <see cref="AsyncResult{T}.GetAsync(CancellationToken)"/> is
/// <see cref="JoinAsync(TimeSpan?, CancellationToken)"/>.
/// </remarks>
public sealed class GroupResult<T> : AsyncResult<IReadOnlyList<T>>
{
    private GroupResult(TaskId id, IReadOnlyList<AsyncResult<T>> results, AsyncResult? parent, ResultAccess access)
        : base(id, access, parent, results) => Results = results;

    /// <summary>The results of the members, in their order. One whose <see cref="AsyncResult.Members"/> are not null is a group itself.</summary>
    public IReadOnlyList<AsyncResult<T>> Results { get; }

    /// <summary>Makes the handle to a group.</summary>
    /// <param name="groupId">Its id.</param>
    /// <param name="results">Its members; a <see cref="GroupResult{T}"/> is the result of a list, so that it may be one.</param>
    /// <param name="parent">The step before it; null for none.</param>
    /// <param name="access">What the handles of the client share.</param>
    internal static GroupResult<T> Create(string groupId, IReadOnlyList<AsyncResult<T>> results, AsyncResult? parent, ResultAccess access)
        => new(groupId, results, parent, access);

    /// <summary>Waits until all members have succeeded, and returns their results in the members' order. The first failure ends the wait.</summary>
    /// <param name="timeout">The longest wait for all of them; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends the wait; the tasks go on.</param>
    /// <exception cref="RemoteTaskException">
    /// A member, or a step before the group, ended in FAILURE or REVOKED; the other members go on, and may be ended by <see cref="AsyncResult.RevokeAsync"/>.
    /// </exception>
    /// <exception cref="ResultTimeoutException">Not all have ended within <paramref name="timeout"/>; they are not revoked.</exception>
    /// <exception cref="CelerySerializationException">A result does not fit <typeparamref name="T"/>.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    /// <remarks>Mirrors <c>join</c>, <c>join_native</c>.</remarks>
    public Task<IReadOnlyList<T>> JoinAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) => GetAsync(timeout, cancellationToken);

    /// <inheritdoc cref="JoinAsync(TimeSpan?, CancellationToken)" />
    public Task<IReadOnlyList<T>> JoinAsync(CancellationToken cancellationToken) => GetAsync(cancellationToken);

    /// <inheritdoc cref="JoinAsync(TimeSpan?, CancellationToken)" />
    /// <param name="options">How long, and for what.</param>
    /// <param name="cancellationToken">Ends the wait; the tasks go on.</param>
    public Task<IReadOnlyList<T>> JoinAsync(ResultWaitOptions options, CancellationToken cancellationToken = default) => GetAsync(options, cancellationToken);

    /// <summary>Waits until all members have ended, in whatever way, and returns how, in the members' order: no failure is thrown.</summary>
    /// <param name="timeout">The longest wait for all of them; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends the wait; the tasks go on.</param>
    /// <exception cref="ResultTimeoutException">Not all have ended within <paramref name="timeout"/>; they are not revoked.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    /// <remarks>Mirrors <c>join(propagate=False)</c>: steps before the group are not looked at.</remarks>
    public async Task<IReadOnlyList<ResultOutcome<T>>> JoinOutcomesAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var outcomes = new ResultOutcome<T>[Results.Count];
        await foreach (var outcome in AsCompletedAsync(timeout, cancellationToken).ConfigureAwait(false))
        {
            outcomes[outcome.Index] = outcome;
        }

        return outcomes;
    }

    /// <summary>Gives the members as they end, in whatever way, those that have ended already at once: no failure is thrown, each is with its member.</summary>
    /// <param name="timeout">The longest time from the first to the last; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends the wait; the tasks go on.</param>
    /// <exception cref="ResultTimeoutException">Not all have ended within <paramref name="timeout"/>; they are not revoked.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    /// <remarks>Mirrors <c>iter_native</c>.</remarks>
    public async IAsyncEnumerable<ResultOutcome<T>> AsCompletedAsync(TimeSpan? timeout = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var members = new MemberEnds<T>(Results);
        foreach (var empty in members.Empty)
        {
            yield return empty;
        }

        var wait = new ResultWait(Access, timeout, cancellationToken);
        await using (wait.ConfigureAwait(false))
        {
            var ends = wait.EndsAsync(members.Tasks).GetAsyncEnumerator(CancellationToken.None);
            await using (ends.ConfigureAwait(false))
            {
                while (await wait.BoundAsync(ends.MoveNextAsync().AsTask(), this).ConfigureAwait(false))
                {
                    if (members.Add(ends.Current.Place, ends.Current.Meta) is { } outcome)
                    {
                        yield return outcome;
                    }
                }
            }
        }
    }

    /// <summary>Asks the backend how far the members are, all of them in few questions.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    /// <remarks>Mirrors <c>completed_count</c>, <c>waiting</c>, <c>ready</c>, <c>failed</c>.</remarks>
    public async Task<GroupCounts> GetCountsAsync(CancellationToken cancellationToken = default)
    {
        var states = (await GroupStates.ReadAsync(this, cancellationToken).ConfigureAwait(false)).Members;
        return new(states.Count, states.Count(static state => state == TaskState.Success), states.Count(static state => state.IsFailed));
    }

    /// <summary>Saves which tasks the group has, so that others, in .NET or Python, may find it by its id, for as long as results are kept.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be told.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured, or it keeps no groups, as that of <c>rpc://</c>.</exception>
    /// <remarks>Mirrors <c>save</c>. <see cref="ICeleryClient.RestoreGroupAsync"/> finds it, in Python <c>GroupResult.restore</c>.</remarks>
    public async Task SaveAsync(CancellationToken cancellationToken = default)
        => await Access.Backend.SaveGroupAsync(ResultTree.ToNode(this), cancellationToken).ConfigureAwait(false);

    /// <summary>Removes what <see cref="SaveAsync"/> has saved; the results of the tasks stay.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be told.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured, or it keeps no groups, as that of <c>rpc://</c>.</exception>
    /// <remarks>Mirrors <c>delete</c>.</remarks>
    public async Task DeleteAsync(CancellationToken cancellationToken = default)
        => await Access.Backend.DeleteGroupAsync(Id, cancellationToken).ConfigureAwait(false);

    // Each result is read from the bytes it came in, and they are let go, before the others have come.
    private protected override async Task<IReadOnlyList<T>> ReadAsync(ResultWaitOptions options, CancellationToken cancellationToken)
    {
        var tasks = ResultTree.Tasks(this);
        var values = new T[Results.Count];
        if (tasks.Count == values.Length && Results.All(static result => result.Members is null))
        {
            await SucceedAsync(tasks, options, (place, meta) => values[place] = ResultJson.Read<T>(meta.Result, meta.TaskId, Access.SerializerOptions), cancellationToken)
                .ConfigureAwait(false);
            return values;
        }

        var members = new MemberEnds<T>(Results);
        foreach (var empty in members.Empty)
        {
            values[empty.Index] = empty.GetValue();
        }

        await SucceedAsync(tasks, options, Take, cancellationToken).ConfigureAwait(false);
        return values;

        void Take(int place, ResultMeta meta)
        {
            ResultOutcome<T>? outcome;
            lock (members)
            {
                outcome = members.Add(place, meta);
            }

            if (outcome is not null)
            {
                values[outcome.Index] = outcome.GetValue();
            }
        }
    }
}
