namespace CeleryNet;

/// <summary>The task heeded its soft time limit, and ended by it: it let the <see cref="OperationCanceledException"/> pass that its token had caused.</summary>
/// <remarks>
/// To be named in <see cref="CeleryTaskAttribute.AutoRetryFor"/> where such a run shall be repeated. A task that wants to finish after its soft limit
/// catches <see cref="OperationCanceledException"/> while <see cref="TaskContext.CancellationReason"/> is <see cref="CancellationReason.SoftTimeLimit"/>.
/// Stored as Celery's <c>SoftTimeLimitExceeded</c>.
/// </remarks>
[PythonException("SoftTimeLimitExceeded", Module = "billiard.exceptions")]
public sealed class SoftTimeLimitExceededException : CeleryException, IPythonException
{
    internal SoftTimeLimitExceededException(TimeSpan? limit, Exception cause)
        : base($"The task ended by its soft time limit of {limit}.", cause)
    {
    }

    IReadOnlyList<object?> IPythonException.Arguments => [];
}
