using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CeleryNet.Protocol;
using CeleryNet.Results;

namespace CeleryNet;

/// <summary>A handle to a task that was sent: its state, its end, its result. Cheap to keep, safe for concurrent use.</summary>
/// <remarks>Mirrors <c>celery.result.AsyncResult</c>.</remarks>
public class AsyncResult
{
    private protected AsyncResult(TaskId id, ResultAccess access)
    {
        Id = id;
        Access = access;
    }

    /// <summary>The task's id.</summary>
    public TaskId Id { get; }

    private protected ResultAccess Access { get; }

    internal static AsyncResult Create(TaskId id, ResultAccess access) => new(id, access);

    /// <summary>Asks the backend for the task's state.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <returns>PENDING when nothing is stored: the task waits, is unknown, or its result has expired.</returns>
    /// <exception cref="ResultBackendException">The backend could not be asked.</exception>
    public async Task<TaskState> GetStateAsync(CancellationToken cancellationToken = default)
        => (await Access.Backend.GetAsync(Id, cancellationToken).ConfigureAwait(false))?.State ?? TaskState.Pending;

    /// <summary>Asks the backend for what is stored while the task is in its present state: the meta of a state of its own, the result, or the exception.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <returns>The state and what is stored with it as JSON; of an unknown task PENDING and an undefined element.</returns>
    /// <exception cref="ResultBackendException">The backend could not be asked, or what it has cannot be read.</exception>
    public async Task<(TaskState State, JsonElement Info)> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        var meta = await Access.Backend.GetAsync(Id, cancellationToken).ConfigureAwait(false);
        return meta is null ? (TaskState.Pending, default) : (meta.State, ReadInfo(meta));
    }

    /// <summary>Waits until the task has succeeded.</summary>
    /// <param name="timeout">The longest wait; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="RemoteTaskException">The task ended in FAILURE or REVOKED.</exception>
    /// <exception cref="ResultTimeoutException">No final state within <paramref name="timeout"/>; the task is not revoked.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    public async Task WaitAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        => await WaitForSuccessAsync(timeout, cancellationToken).ConfigureAwait(false);

    /// <summary>Removes the task's result from the backend.</summary>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend could not be told.</exception>
    public async Task ForgetAsync(CancellationToken cancellationToken = default)
        => await Access.Backend.ForgetAsync(Id, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Tells all workers that the task is not wanted any more, and returns once the broker has taken that. Unless it has ended, or runs and is not terminated, it
    /// ends in state REVOKED.
    /// </summary>
    /// <param name="terminate">Whether it is ended also if it runs already.</param>
    /// <param name="cancellationToken">Ends the wait; the workers may be told all the same.</param>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline.</exception>
    /// <exception cref="PublishException">The broker refused the message.</exception>
    /// <remarks>Mirrors <c>AsyncResult.revoke</c>.</remarks>
    public Task RevokeAsync(bool terminate = false, CancellationToken cancellationToken = default) => Access.RevokeAsync is { } revokeAsync
        ? revokeAsync(Id, terminate, cancellationToken)
        : throw new InvalidOperationException("This handle does not come from a client.");

    private protected async Task<ResultMeta> WaitForSuccessAsync(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var limit = timeout ?? Access.ResultExpires;
        using var deadline = new CancellationTokenSource(limit, Access.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await foreach (var meta in Access.Backend.WatchAsync(Id, either.Token).ConfigureAwait(false))
            {
                if (meta.State.IsFailed)
                {
                    throw ExceptionInfo.Read(meta).ToException(meta);
                }

                if (meta.State.IsReady)
                {
                    return meta;
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ResultTimeoutException($"Task {Id} has not ended within {limit}; it is not revoked by this and may still end.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new ResultBackendException($"The result backend stopped before task {Id} had ended.");
    }

    /// <exception cref="ResultBackendException">The result is not JSON.</exception>
    internal static JsonElement ReadInfo(ResultMeta meta)
    {
        try
        {
            return meta.ReadResult();
        }
        catch (JsonException error)
        {
            throw new ResultBackendException($"What is stored as the result of task {meta.TaskId} cannot be read: {error.Message}", error);
        }
    }

    /// <exception cref="CelerySerializationException">The result is not JSON, or does not fit the type.</exception>
    internal static T ReadResult<T>(ResultMeta meta, JsonSerializerOptions options)
    {
        try
        {
            var json = meta.Result.IsEmpty ? "null"u8 : meta.Result.Span;
            return JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))!;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new CelerySerializationException($"The result of task {meta.TaskId} cannot be read as {typeof(T)}: {error.Message}", error);
        }
    }
}

/// <summary>A handle to a task whose result is read as <typeparamref name="T"/>.</summary>
/// <typeparam name="T">The result's type; <see cref="JsonElement"/> for whatever it is.</typeparam>
public sealed class AsyncResult<T> : AsyncResult
{
    internal AsyncResult(TaskId id, ResultAccess access)
        : base(id, access)
    {
    }

    /// <summary>Waits for the task's end and returns its result.</summary>
    /// <param name="timeout">The longest wait; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="RemoteTaskException">The task ended in FAILURE or REVOKED.</exception>
    /// <exception cref="ResultTimeoutException">No final state within <paramref name="timeout"/>; the task is not revoked.</exception>
    /// <exception cref="CelerySerializationException">The result does not fit <typeparamref name="T"/>.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    /// <remarks>Mirrors <c>AsyncResult.get</c>.</remarks>
    public async Task<T> GetAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var meta = await WaitForSuccessAsync(timeout, cancellationToken).ConfigureAwait(false);
        return ReadResult<T>(meta, Access.SerializerOptions);
    }

    /// <inheritdoc cref="GetAsync(TimeSpan?, CancellationToken)" />
    public Task<T> GetAsync(CancellationToken cancellationToken) => GetAsync(null, cancellationToken);
}
