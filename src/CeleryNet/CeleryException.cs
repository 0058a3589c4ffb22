using System.Text.Json;

namespace CeleryNet;

/// <summary>The root of every exception this library throws on its own account.</summary>
public abstract class CeleryException : Exception
{
    private protected CeleryException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The broker could not be reached, refused us, or did not confirm in time.</summary>
public sealed class BrokerUnavailableException : CeleryException
{
    internal BrokerUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether every broker answered and refused us, so that waiting will not help.</summary>
    internal bool IsRefusal { get; init; }
}

/// <summary>A message was not accepted by the broker: it did not confirm it in time, refused it, or had no queue for it.</summary>
public sealed class PublishException : CeleryException
{
    internal PublishException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The result backend could not be reached or refused us.</summary>
public sealed class ResultBackendException : CeleryException
{
    /// <summary>Tells of a failure, from a result backend of your own.</summary>
    /// <param name="message">What failed.</param>
    /// <param name="innerException">What it failed of; null for nothing else.</param>
    public ResultBackendException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>No final result came within the given time; the task is not revoked by it.</summary>
public sealed class ResultTimeoutException : CeleryException
{
    internal ResultTimeoutException(string message)
        : base(message)
    {
    }
}

/// <summary>The task ended in FAILURE or REVOKED; the error is the remote side's.</summary>
/// <remarks>
/// Where the remote exception has a well-known counterpart here, <see cref="Exception.InnerException"/> is of that type, so that
/// <c>catch (RemoteTaskException e) when (e.InnerException is ArgumentException)</c> catches Python's <c>ValueError</c>. Mirrors what Python's <c>AsyncResult.get()</c> raises.
/// A task that lets it pass fails with the remote exception's own class and arguments.
/// </remarks>
public sealed class RemoteTaskException : CeleryException
{
    internal RemoteTaskException(
        TaskId taskId,
        TaskState state,
        string exceptionType,
        string? exceptionModule,
        string exceptionMessage,
        IReadOnlyList<JsonElement> arguments,
        string? traceback,
        Exception? counterpart)
        : base($"Task {taskId} ended in {state}: {exceptionType}: {exceptionMessage}", counterpart)
    {
        TaskId = taskId;
        State = state;
        ExceptionType = exceptionType;
        ExceptionModule = exceptionModule;
        ExceptionMessage = exceptionMessage;
        Arguments = arguments;
        Traceback = traceback;
    }

    /// <summary>The task that failed.</summary>
    public TaskId TaskId { get; }

    /// <summary>FAILURE or REVOKED.</summary>
    public TaskState State { get; }

    /// <summary>
    /// The name of the remote exception's class without its module, such as <c>ValueError</c>; of a nested class with its outer ones, joined by dots.
    /// </summary>
    public string ExceptionType { get; }

    /// <summary>The module of the remote exception's class, such as <c>builtins</c>; null when the remote side did not say.</summary>
    public string? ExceptionModule { get; }

    /// <summary>
    /// The text of the remote exception as Python's <c>str(exc)</c> gives it: empty without arguments, the argument if there is one, else the tuple of
    /// them. Of a <c>KeyError</c> it is the key in quotes.
    /// </summary>
    public string ExceptionMessage { get; }

    /// <summary>The arguments of the remote exception, Python's <c>exc.args</c>, as they were stored: texts, numbers, lists, maps; empty when it had none.</summary>
    public IReadOnlyList<JsonElement> Arguments { get; }

    /// <summary>The remote traceback or stack trace as text, with those of its causes; null when the remote side sent none.</summary>
    public string? Traceback { get; }

    /// <summary>The text, the remote traceback as the cause, and the stack trace of this side.</summary>
    public override string ToString() => Traceback is null
        ? base.ToString()
        : $"{GetType()}: {Message}{Environment.NewLine} ---> {Traceback.TrimEnd()}{Environment.NewLine}   --- End of remote traceback ---"
            + (StackTrace is null ? "" : Environment.NewLine + StackTrace);
}

/// <summary>The arguments of a message do not fit the task: too many, too few, unknown, given twice, or of the wrong type.</summary>
/// <remarks>Stored as Python's <c>TypeError</c>.</remarks>
public sealed class TaskArgumentException : CeleryException
{
    internal TaskArgumentException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>A task was asked for that nobody registered here.</summary>
/// <remarks>Stored as Celery's <c>NotRegistered</c>.</remarks>
public sealed class UnknownTaskException : CeleryException
{
    internal UnknownTaskException(string taskName, string message)
        : base(message) => TaskName = taskName;

    /// <summary>The name that was asked for.</summary>
    public string TaskName { get; }
}

/// <summary>A task asked for one retry more than it may have, and gave no exception as the reason.</summary>
/// <remarks>Stored as Celery's <c>MaxRetriesExceededError</c>.</remarks>
public sealed class MaxRetriesExceededException : CeleryException
{
    internal MaxRetriesExceededException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>A message was not run again, since as many runs of it were begun as may be, and none of them settled it: it may be what takes workers down.</summary>
/// <remarks>Stored as billiard's <c>WorkerLostError</c>, which Celery stores for a task that took its process down. See <see cref="WorkerOptions.MaxDeliveries"/>.</remarks>
public sealed class TooManyDeliveriesException : CeleryException
{
    internal TooManyDeliveriesException(int deliveryCount, string message)
        : base(message) => DeliveryCount = deliveryCount;

    /// <summary>How many runs of the message were begun, as far as is known.</summary>
    public int DeliveryCount { get; }
}

/// <summary>A message cannot be read: not JSON, not three parts, a content type that is not accepted, an envelope with parts missing.</summary>
public sealed class MalformedMessageException : CeleryException
{
    /// <summary>Says what cannot be read.</summary>
    /// <param name="message">What is wrong, what was found, what would have been right.</param>
    /// <param name="innerException">The cause; null when there is none.</param>
    public MalformedMessageException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>A value could not be written as a message or a result, or a result could not be read as the asked type.</summary>
/// <remarks>Stored as kombu's <c>EncodeError</c> when a task's return value is the cause.</remarks>
public sealed class CelerySerializationException : CeleryException
{
    /// <summary>Says what cannot be written or read.</summary>
    /// <param name="message">What is wrong, what was found, what would have been right.</param>
    /// <param name="innerException">The cause; null when there is none.</param>
    public CelerySerializationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>An option, a URL or a task registration is wrong.</summary>
public sealed class CeleryConfigurationException : CeleryException
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="message">The option, the rule, the value, what would have been right.</param>
    /// <param name="innerException">The cause; null when there is none.</param>
    public CeleryConfigurationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
