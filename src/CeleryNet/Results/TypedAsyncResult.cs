using System.Text.Json;
using CeleryNet.Results;

namespace CeleryNet;

/// <summary>A handle to a task whose result is read as <typeparamref name="T"/>.</summary>
/// <typeparam name="T">The result's type; <see cref="JsonElement"/> for whatever it is.</typeparam>
public class AsyncResult<T> : AsyncResult
{
    internal AsyncResult(TaskId id, ResultAccess access, AsyncResult? parent = null, IReadOnlyList<AsyncResult>? members = null)
        : base(id, access, parent, members)
    {
    }

    /// <summary>Waits for the task's end and returns its result.</summary>
    /// <param name="timeout">The longest wait; null for the time results are kept (<c>ResultExpires</c>).</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    /// <exception cref="RemoteTaskException">The task, or a step before it, ended in FAILURE or REVOKED.</exception>
    /// <exception cref="ResultTimeoutException">No final state within <paramref name="timeout"/>; the task is not revoked.</exception>
    /// <exception cref="CelerySerializationException">The result does not fit <typeparamref name="T"/>.</exception>
    /// <exception cref="ResultBackendException">The backend refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">No result backend is configured.</exception>
    /// <remarks>Mirrors <c>AsyncResult.get</c>.</remarks>
    public Task<T> GetAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        => ReadAsync(new ResultWaitOptions { Timeout = timeout }, cancellationToken);

    /// <inheritdoc cref="GetAsync(TimeSpan?, CancellationToken)" />
    public Task<T> GetAsync(CancellationToken cancellationToken) => ReadAsync(new ResultWaitOptions(), cancellationToken);

    /// <inheritdoc cref="GetAsync(TimeSpan?, CancellationToken)" />
    /// <param name="options">How long, and for what.</param>
    /// <param name="cancellationToken">Ends the wait; the task goes on.</param>
    public Task<T> GetAsync(ResultWaitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ReadAsync(options, cancellationToken);
    }

    private protected virtual async Task<T> ReadAsync(ResultWaitOptions options, CancellationToken cancellationToken)
        => ResultJson.Read<T>(await GetBytesAsync(options, cancellationToken).ConfigureAwait(false), Id, Access.SerializerOptions);
}
