using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Worker;

/// <summary>A backend that refuses what it is given for some attempts, and takes it afterwards.</summary>
/// <param name="failures">How many attempts fail.</param>
/// <param name="error">How they fail; null for an outage.</param>
internal sealed class FaultyBackend(int failures, Func<Exception>? error = null) : IResultBackend
{
    private readonly MemoryResultBackend _inner = new(null, TimeProvider.System);
    private int _left = failures;

    /// <summary>Each attempt that failed.</summary>
    public TestSignal Failed { get; } = new();

    public string ReplyTo => _inner.ReplyTo;

    public ValueTask PrepareAsync(CancellationToken cancellationToken) => _inner.PrepareAsync(cancellationToken);

    public ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _left) < 0)
        {
            return _inner.StoreAsync(meta, reply, cancellationToken);
        }

        Failed.Fire();
        return ValueTask.FromException(error?.Invoke() ?? new ResultBackendException("The backend is away."));
    }

    public ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken) => _inner.GetAsync(taskId, cancellationToken);

    public IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, CancellationToken cancellationToken) => _inner.WatchAsync(taskId, cancellationToken);

    public ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken) => _inner.ForgetAsync(taskId, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
