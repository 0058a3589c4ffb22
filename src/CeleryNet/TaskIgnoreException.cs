namespace CeleryNet;

/// <summary>Ends a run of which nothing is to be stored. Made by <see cref="TaskContext.Ignore"/> and thrown by the task.</summary>
/// <remarks>A task that catches all exceptions has to let this one pass. Mirrors <c>celery.exceptions.Ignore</c>.</remarks>
public sealed class TaskIgnoreException : CeleryException
{
    internal TaskIgnoreException()
        : base("The task asked for its end to be ignored.")
    {
    }
}
