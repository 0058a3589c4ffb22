using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>
/// Stands around the run of each task. Added by <see cref="CeleryBuilder.AddTaskMiddleware{T}"/>; of several, the first one added is the outermost. It is made for
/// each run, from the run's own service scope.
/// </summary>
/// <remarks>What comes out of the outermost middleware is how the task ended: its value is the result, its exception decides over failure and retry.</remarks>
public interface ITaskMiddleware
{
    /// <summary>Runs a task.</summary>
    /// <param name="run">The task, its arguments, its services.</param>
    /// <param name="next">
    /// The rest: the inner middleware and the task itself. Not called, the task is not run; called again, it is run again. It throws what the task throws, wrong
    /// arguments and <see cref="TaskRetryException"/> included. An <see cref="OperationCanceledException"/> while <see cref="TaskRun.CancellationToken"/> has fired
    /// belongs to the worker: let it pass.
    /// </param>
    /// <returns>The task's result: that of <paramref name="next"/> or another, <see cref="TaskValue.Of{T}(T)"/>.</returns>
    ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next);
}

/// <summary>The rest of a run.</summary>
public delegate ValueTask<TaskValue> TaskDelegate();
