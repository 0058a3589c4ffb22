namespace CeleryNet;

/// <summary>Ends a run whose task is replaced by another. Thrown by <see cref="TaskContext.ReplaceAsync(Signature)"/>; the worker sends the replacement.</summary>
/// <remarks>A task that catches all exceptions has to let this one pass. Mirrors <c>Task.replace</c>, which raises <c>Ignore</c>.</remarks>
public sealed class TaskReplaceException : CeleryException
{
    internal TaskReplaceException(Signature replacement)
        : base($"The task is replaced by '{replacement.TaskName}'.") => Replacement = replacement;

    internal Signature Replacement { get; }
}
