using System.Text.Json;

namespace CeleryNet;

/// <summary>Sends tasks. Registered as a singleton by <c>AddCelery</c>; safe for concurrent use.</summary>
public interface ICeleryClient
{
    /// <summary>
    /// Sends a call and returns once the broker has taken it. Of a chain the first step is sent, and the others follow as the ones before them succeed; of a chord all
    /// of its header is.
    /// </summary>
    /// <typeparam name="TResult">The type the result is read as.</typeparam>
    /// <param name="signature">The call, or the workflow.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been sent by then.</param>
    /// <returns>A handle to the task's state and result: of a chain to those of its last step, of a chord to those of its body.</returns>
    /// <exception cref="WorkflowSendException">Not all of the header of a chord was sent; it names what was not.</exception>
    /// <exception cref="PublishException">The broker did not take the message within the publish deadline, or refused it.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="CelerySerializationException">An argument cannot be written.</exception>
    /// <remarks>Mirrors <c>apply_async</c>.</remarks>
    Task<AsyncResult<TResult>> SendAsync<TResult>(Signature<TResult> signature, CancellationToken cancellationToken = default);

    /// <summary>Sends a group, or a workflow that ends in one, and returns once the broker has taken what is to be sent of it now.</summary>
    /// <typeparam name="TResult">The type the result of each member is read as.</typeparam>
    /// <param name="signature">The group. As many of its members are on their way at a time as <see cref="CeleryOptions.PublishConcurrency"/> allows.</param>
    /// <param name="cancellationToken">Ends the wait; some members may have been sent by then.</param>
    /// <returns>A handle to the results of all members.</returns>
    /// <exception cref="WorkflowSendException">Not all members were sent; it names those that were not.</exception>
    /// <exception cref="SendManyCanceledException">The token fired before all members were sent. It has the outcomes of those that were begun.</exception>
    /// <exception cref="CelerySerializationException">An argument of a step cannot be written.</exception>
    /// <exception cref="CeleryConfigurationException">It has a chord, and the result backend keeps none.</exception>
    /// <remarks>Mirrors <c>group.apply_async</c>.</remarks>
    Task<GroupResult<TResult>> SendAsync<TResult>(GroupSignature<TResult> signature, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SendAsync{TResult}(Signature{TResult}, CancellationToken)" />
    Task<AsyncResult> SendAsync(Signature signature, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends many calls, each as <see cref="SendAsync{TResult}(Signature{TResult}, CancellationToken)"/> does, with up to
    /// <see cref="CeleryOptions.PublishConcurrency"/> of them on their way at a time. A call that fails does not keep the others from being sent.
    /// </summary>
    /// <typeparam name="TResult">The type the results are read as.</typeparam>
    /// <param name="signatures">The calls; read once, no further ahead than what may be on its way.</param>
    /// <param name="cancellationToken">
    /// Ends reading. What was read by then gets up to a second more to be sent, so that it is known what became of it.
    /// </param>
    /// <returns>What became of each call, in their order: a handle, or what the send threw.</returns>
    /// <exception cref="SendManyCanceledException">The token fired before all calls were sent. It has the outcomes of those that were read.</exception>
    /// <exception cref="SendManyException">Reading <paramref name="signatures"/> failed. It has the outcomes of those that were read.</exception>
    /// <remarks>
    /// The counterpart of <c>apply_async</c> in a loop with one producer. An exception of a single call is in its outcome and is not thrown: look at
    /// <see cref="SendOutcome.IsSent"/>, or take the handles by <see cref="SendOutcomes.GetResults{TResult}(IReadOnlyList{SendOutcome{TResult}})"/>.
    /// </remarks>
    Task<IReadOnlyList<SendOutcome<TResult>>> SendManyAsync<TResult>(IEnumerable<Signature<TResult>> signatures, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SendManyAsync{TResult}(IEnumerable{Signature{TResult}}, CancellationToken)" />
    Task<IReadOnlyList<SendOutcome>> SendManyAsync(IEnumerable<Signature> signatures, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends calls as they come, each as <see cref="SendAsync{TResult}(Signature{TResult}, CancellationToken)"/> does, with up to
    /// <see cref="CeleryOptions.PublishConcurrency"/> of them on their way or not yet looked at: for sources that are large or never end.
    /// </summary>
    /// <typeparam name="TResult">The type the results are read as.</typeparam>
    /// <param name="signatures">The calls; read once, no further ahead than that. The token is passed on to it.</param>
    /// <param name="cancellationToken">
    /// Ends reading. What was read by then gets up to a second more to be sent, its outcomes are given, and after them an
    /// <see cref="OperationCanceledException"/> is thrown.
    /// </param>
    /// <returns>
    /// What became of each call, in their order and as soon as it is known: a handle, or what the send threw. Nothing is read or sent unless it is
    /// enumerated; enumerating it again sends again. Who leaves the loop early waits for what is on its way, whose outcomes are lost.
    /// </returns>
    /// <remarks>What reading <paramref name="signatures"/> throws comes after the outcomes of the calls that were read.</remarks>
    IAsyncEnumerable<SendOutcome<TResult>> SendManyAsync<TResult>(IAsyncEnumerable<Signature<TResult>> signatures, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SendManyAsync{TResult}(IAsyncEnumerable{Signature{TResult}}, CancellationToken)" />
    IAsyncEnumerable<SendOutcome> SendManyAsync(IAsyncEnumerable<Signature> signatures, CancellationToken cancellationToken = default);

    /// <summary>Sends a call of a task known by its name only.</summary>
    /// <param name="taskName">The task's name on the wire.</param>
    /// <param name="args">The positional arguments, written by their run-time types, or as a <see cref="Extensibility.TaskValue"/> says; null for none.</param>
    /// <param name="kwargs">The keyword arguments; null for none.</param>
    /// <param name="options">How to send it; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been sent by then.</param>
    /// <exception cref="PublishException">The broker did not take the message within the publish deadline, or refused it.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="CelerySerializationException">An argument cannot be written.</exception>
    /// <remarks>Mirrors <c>app.send_task</c>.</remarks>
    Task<AsyncResult<JsonElement>> SendTaskAsync(
        string taskName,
        IReadOnlyList<object?>? args = null,
        Dictionary<string, object?>? kwargs = null,
        SendOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SendTaskAsync(string, IReadOnlyList{object?}?, Dictionary{string, object?}?, SendOptions?, CancellationToken)" />
    /// <typeparam name="TResult">The type the result is read as.</typeparam>
    Task<AsyncResult<TResult>> SendTaskAsync<TResult>(
        string taskName,
        IReadOnlyList<object?>? args = null,
        Dictionary<string, object?>? kwargs = null,
        SendOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Looks at a workflow without sending it.</summary>
    /// <param name="signature">The workflow, or a call.</param>
    /// <returns>
    /// What is wrong with it, each with the step and the rule; empty when nothing is known to be: chains without steps, groups linked to, options that cannot be
    /// combined, queues that this application does not know and may not make, chords where the result backend keeps none, results of steps given to others. Whether
    /// workers know the tasks only they know.
    /// </returns>
    /// <remarks>
    /// A workflow is looked at in the same way when it is sent, but for the queues: each step is routed by whoever sends it. What is wrong is thrown as an
    /// <see cref="ArgumentException"/> then, and nothing is sent.
    /// </remarks>
    IReadOnlyList<string> Validate(Signature signature);

    /// <summary>A handle to a task that was sent before, by this process or another.</summary>
    /// <typeparam name="TResult">The type the result is read as.</typeparam>
    /// <param name="taskId">The task's id. Any id is taken; one that nobody sent stays PENDING.</param>
    AsyncResult<TResult> GetResult<TResult>(TaskId taskId);

    /// <summary>Takes results as one group, to wait for them together, to count or to revoke them.</summary>
    /// <typeparam name="TResult">The type the results are read as.</typeparam>
    /// <param name="results">The results of tasks that were sent, in any way; their order is that of the joined results.</param>
    /// <param name="groupId">The group's id; null for a new one.</param>
    /// <remarks>Mirrors <c>GroupResult(id, results)</c>, and <c>ResultSet</c>.</remarks>
    GroupResult<TResult> GetGroupResult<TResult>(IEnumerable<AsyncResult<TResult>> results, TaskId? groupId = null);

    /// <summary>Finds a group that was saved (<see cref="GroupResult{T}.SaveAsync"/>), by this process or another, in .NET or Python.</summary>
    /// <typeparam name="TResult">The type each member's result is read as; <see cref="JsonElement"/> for whatever it is.</typeparam>
    /// <param name="groupId">The group's id.</param>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <returns>Null when there is none: it was never saved, has expired or was deleted, which the backend cannot tell apart.</returns>
    /// <exception cref="ResultBackendException">The backend could not be asked, or what it has cannot be read.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured, or it keeps no groups, as that of <c>rpc://</c>.</exception>
    /// <remarks>Mirrors <c>GroupResult.restore</c>.</remarks>
    Task<GroupResult<TResult>?> RestoreGroupAsync<TResult>(TaskId groupId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells all workers that a task is not wanted any more, and returns once the broker has taken that. A worker that has the task, or gets it later, ends it in
    /// state REVOKED without running it.
    /// </summary>
    /// <param name="taskId">The task's id.</param>
    /// <param name="terminate">Whether it is ended also if it runs already.</param>
    /// <param name="cancellationToken">Ends the wait; the workers may be told all the same.</param>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="PublishException">The broker refused the message.</exception>
    /// <remarks>Mirrors <c>app.control.revoke</c>. A worker that is not there at that moment does not hear of it.</remarks>
    Task RevokeAsync(TaskId taskId, bool terminate = false, CancellationToken cancellationToken = default);

    /// <summary>Tells workers that some tasks are not wanted any more.</summary>
    /// <param name="taskIds">The tasks' ids.</param>
    /// <param name="options">Which workers, and what of running tasks; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait; the workers may be told all the same.</param>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="PublishException">The broker refused the message.</exception>
    /// <remarks>Mirrors <c>app.control.revoke</c>.</remarks>
    Task RevokeAsync(IReadOnlyCollection<TaskId> taskIds, RevokeOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Tells workers that the tasks which carry one of some stamps are not wanted any more.</summary>
    /// <param name="stamps">The names of stamps, each with the values that are meant.</param>
    /// <param name="options">Which workers, and what of running tasks; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait; the workers may be told all the same.</param>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="PublishException">The broker refused the message.</exception>
    /// <remarks>Mirrors <c>app.control.revoke_by_stamped_headers</c>, which workers of Celery 5.3 and later obey.</remarks>
    Task RevokeByStampsAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> stamps, RevokeOptions? options = null, CancellationToken cancellationToken = default);
}
