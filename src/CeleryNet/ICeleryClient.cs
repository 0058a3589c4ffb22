using System.Text.Json;

namespace CeleryNet;

/// <summary>Sends tasks. Registered as a singleton by <c>AddCelery</c>; safe for concurrent use.</summary>
public interface ICeleryClient
{
    /// <summary>Sends a call and returns once the broker has taken it.</summary>
    /// <typeparam name="TResult">The type the result is read as.</typeparam>
    /// <param name="signature">The call.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been sent by then.</param>
    /// <returns>A handle to the task's state and result.</returns>
    /// <exception cref="PublishException">The broker did not take the message within the publish deadline, or refused it.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="CelerySerializationException">An argument cannot be written.</exception>
    /// <remarks>Mirrors <c>apply_async</c>.</remarks>
    Task<AsyncResult<TResult>> SendAsync<TResult>(Signature<TResult> signature, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SendAsync{TResult}(Signature{TResult}, CancellationToken)" />
    Task<AsyncResult> SendAsync(Signature signature, CancellationToken cancellationToken = default);

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

    /// <summary>A handle to a task that was sent before, by this process or another.</summary>
    /// <typeparam name="TResult">The type the result is read as.</typeparam>
    /// <param name="taskId">The task's id. Any id is taken; one that nobody sent stays PENDING.</param>
    AsyncResult<TResult> GetResult<TResult>(TaskId taskId);

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
