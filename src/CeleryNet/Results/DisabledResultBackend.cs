using System.Runtime.CompilerServices;
using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary><c>disabled://</c>: nothing is stored, and asking for a result says so. celery/backends/base.py DisabledBackend</summary>
internal sealed class DisabledResultBackend : IResultBackend, IChordlessBackend
{
    private const string Reason =
        "No result backend is configured, so there is no state or result to get; set ResultBackend, for example to 'redis://localhost:6379/0' or 'rpc://'.";

    public string ReplyTo => "";

    public string ChordRefusal
        => "A chord needs a result backend to bring the results of its header together, and none is configured; set ResultBackend, for example to 'redis://localhost:6379/0'.";

    public ValueTask PrepareAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken) => throw new CeleryConfigurationException(Reason);

    public async IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        throw new CeleryConfigurationException(Reason);
#pragma warning disable CS0162 // The compiler needs a yield to make an async stream of it.
        yield break;
#pragma warning restore CS0162
    }

    public ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken) => throw new CeleryConfigurationException(Reason);

    public ValueTask SaveGroupAsync(ResultNode group, CancellationToken cancellationToken) => throw new CeleryConfigurationException(Reason);

    public ValueTask<ResultNode?> GetGroupAsync(TaskId groupId, CancellationToken cancellationToken) => throw new CeleryConfigurationException(Reason);

    public ValueTask DeleteGroupAsync(TaskId groupId, CancellationToken cancellationToken) => throw new CeleryConfigurationException(Reason);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
