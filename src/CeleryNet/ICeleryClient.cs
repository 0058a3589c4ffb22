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
}
