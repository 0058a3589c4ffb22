using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>A call of a task as a value: the name, the arguments, and how to send it. Immutable and safe to share.</summary>
/// <remarks>Mirrors <c>celery.canvas.Signature</c>. The source generator makes a typed factory for every declared task.</remarks>
public class Signature
{
    /// <summary>Makes a call.</summary>
    /// <param name="taskName">The task's name on the wire.</param>
    /// <param name="args">The positional arguments.</param>
    /// <param name="kwargs">The keyword arguments; null for none.</param>
    /// <param name="options">How to send it; null for <see cref="SendOptions.Default"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="taskName"/> is empty.</exception>
    public Signature(
        string taskName,
        IReadOnlyList<TaskValue> args,
        IReadOnlyList<KeyValuePair<string, TaskValue>>? kwargs = null,
        SendOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(taskName);
        ArgumentNullException.ThrowIfNull(args);
        TaskName = taskName;
        Args = args;
        Kwargs = kwargs ?? [];
        Options = options ?? SendOptions.Default;
    }

    /// <summary>The task's name on the wire.</summary>
    public string TaskName { get; }

    /// <summary>The positional arguments.</summary>
    public IReadOnlyList<TaskValue> Args { get; }

    /// <summary>The keyword arguments, in the order they are written.</summary>
    public IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs { get; }

    /// <summary>How the call is sent.</summary>
    public SendOptions Options { get; }

    /// <summary>The same call with other options; those already set and not set in <paramref name="options"/> stay.</summary>
    /// <param name="options">The options to set.</param>
    /// <remarks>Mirrors <c>Signature.set</c>.</remarks>
    public Signature With(SendOptions options) => new(TaskName, Args, Kwargs, Options.Overlay(options));
}

/// <summary>A call of a task that returns a <typeparamref name="TResult"/>.</summary>
/// <typeparam name="TResult">The type the result is read as.</typeparam>
public sealed class Signature<TResult> : Signature
{
    /// <inheritdoc />
    public Signature(
        string taskName,
        IReadOnlyList<TaskValue> args,
        IReadOnlyList<KeyValuePair<string, TaskValue>>? kwargs = null,
        SendOptions? options = null)
        : base(taskName, args, kwargs, options)
    {
    }

    /// <inheritdoc cref="Signature.With(SendOptions)" />
    public new Signature<TResult> With(SendOptions options) => new(TaskName, Args, Kwargs, Options.Overlay(options));

    /// <summary>The same call with some options changed; what is left null stays as it is.</summary>
    /// <param name="countdown">Run no sooner than this long after sending.</param>
    /// <param name="queue">The queue to send to.</param>
    /// <param name="priority">0 to 255; RabbitMQ serves larger numbers first, Redis smaller ones.</param>
    /// <param name="expires">Do not run later than this long after sending.</param>
    /// <param name="taskId">The id of the message and its result.</param>
    /// <param name="ignoreResult">Whether the worker stores no result.</param>
    public Signature<TResult> With(
        TimeSpan? countdown = null,
        string? queue = null,
        int? priority = null,
        TimeSpan? expires = null,
        TaskId? taskId = null,
        bool? ignoreResult = null)
        => With(new SendOptions
        {
            Countdown = countdown,
            Queue = queue,
            Priority = priority,
            ExpiresAfter = expires,
            TaskId = taskId,
            IgnoreResult = ignoreResult,
        });
}
