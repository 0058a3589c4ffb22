using CeleryNet.Extensibility;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Worker;

/// <summary>Holds tasks in the middle of their run until the test lets them go, or their token fires.</summary>
internal sealed class Gate : IDisposable
{
    private readonly SemaphoreSlim _passes = new(0);
    private int _inside;
    private int _most;

    /// <summary>Each run that has begun.</summary>
    public TestSignal<TaskContext> Entered { get; } = new();

    /// <summary>Why each run that was cancelled was.</summary>
    public TestSignal<CancellationReason> Cancelled { get; } = new();

    /// <summary>How many runs there were at the same time at most.</summary>
    public int Most => Volatile.Read(ref _most);

    /// <summary>What a task does.</summary>
    public async ValueTask<TaskValue> PassAsync(TaskInvocation invocation)
    {
        var inside = Interlocked.Increment(ref _inside);
        for (var most = Most; inside > most && Interlocked.CompareExchange(ref _most, inside, most) != most; most = Most)
        {
            // Another one was counted meanwhile.
        }

        Entered.Fire(invocation.Context);
        try
        {
            await _passes.WaitAsync(invocation.CancellationToken);
            return TaskValue.Of("passed");
        }
        catch (OperationCanceledException)
        {
            Cancelled.Fire(invocation.Context.CancellationReason);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    /// <summary>Lets some go.</summary>
    public void Open(int count = 1) => _passes.Release(count);

    public void Dispose() => _passes.Dispose();
}
