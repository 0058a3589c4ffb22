namespace CeleryNet.TestKit;

/// <summary>How long a test waits for something before it fails. Only a bound on failure: what works comes long before.</summary>
public static class Bound
{
    /// <summary>The bound for anything on a server that is up.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The bound for what includes the start of a server or an outage.</summary>
    public static TimeSpan Long { get; } = TimeSpan.FromSeconds(90);

    /// <summary>Waits for the task, and fails with the words of what was waited for.</summary>
    /// <typeparam name="T">The task's result.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="what">What is waited for, as in "Waited for …".</param>
    /// <param name="bound">The longest wait; null for <see cref="Default"/>.</param>
    public static async Task<T> WithinBound<T>(this Task<T> task, string what, TimeSpan? bound = null)
    {
        await ((Task)task).WithinBound(what, bound);
        return await task;
    }

    /// <inheritdoc cref="WithinBound{T}(Task{T}, string, TimeSpan?)" />
    public static async Task WithinBound(this Task task, string what, TimeSpan? bound = null)
    {
        var limit = bound ?? Default;
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Waited {limit} for {what}; it did not come.");
        }
    }

    /// <inheritdoc cref="WithinBound{T}(Task{T}, string, TimeSpan?)" />
    public static Task<T> WithinBound<T>(this ValueTask<T> task, string what, TimeSpan? bound = null) => task.AsTask().WithinBound(what, bound);

    /// <inheritdoc cref="WithinBound{T}(Task{T}, string, TimeSpan?)" />
    public static Task WithinBound(this ValueTask task, string what, TimeSpan? bound = null) => task.AsTask().WithinBound(what, bound);
}
