namespace CeleryNet.Worker;

/// <summary>Stored for a task that was not waited for any longer.</summary>
[PythonException("TimeLimitExceeded", Module = "billiard.exceptions")]
internal sealed class TimeLimitExceededException(TimeSpan limit) : Exception($"The task exceeded its time limit of {limit}."), IPythonException
{
    // As Celery's message would have had it: a whole number of seconds where it is one.
    public IReadOnlyList<object?> Arguments => [
        limit.Ticks % TimeSpan.TicksPerSecond == 0 ? Extensibility.TaskValue.Of(limit.Ticks / TimeSpan.TicksPerSecond) : Extensibility.TaskValue.Of(limit.TotalSeconds)];
}
