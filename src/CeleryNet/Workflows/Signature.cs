using CeleryNet.Extensibility;
using CeleryNet.Workflows;

namespace CeleryNet;

/// <summary>
/// A call of a task as a value: the name, the arguments, and how to send it; or several calls put together, a chain, a group or a chord. Immutable and safe to share.
/// </summary>
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

    internal Signature(
        string taskName,
        IReadOnlyList<TaskValue> args,
        IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs,
        SendOptions options,
        SignatureParts? parts)
        : this(taskName, args, kwargs, options) => Parts = parts;

    /// <summary>The task's name on the wire.</summary>
    public string TaskName { get; }

    /// <summary>The positional arguments.</summary>
    public IReadOnlyList<TaskValue> Args { get; }

    /// <summary>The keyword arguments, in the order they are written.</summary>
    public IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs { get; }

    /// <summary>How the call is sent.</summary>
    public SendOptions Options { get; }

    /// <summary>Whether it takes no arguments from what it follows: neither the result of the step before nor that of the task it is linked to.</summary>
    /// <remarks>Mirrors <c>Signature.immutable</c>.</remarks>
    public bool IsImmutable => Parts is { IsImmutable: true };

    /// <summary>The calls that are made with its result once it has succeeded.</summary>
    /// <remarks>Mirrors the option <c>link</c>.</remarks>
    public IReadOnlyList<Signature> Links => Options.Workflow?.Links ?? [];

    /// <summary>The calls that are made when it has failed.</summary>
    /// <remarks>Mirrors the option <c>link_error</c>.</remarks>
    public IReadOnlyList<Signature> ErrorLinks => Options.Workflow?.ErrorLinks ?? [];

    /// <summary>What there is of it beyond a call; null for a call that takes arguments and was not read.</summary>
    internal SignatureParts? Parts { get; }

    internal SignatureKind Kind => Parts?.Kind ?? SignatureKind.Call;

    /// <summary>The same call with other options; those already set and not set in <paramref name="options"/> stay.</summary>
    /// <param name="options">The options to set.</param>
    /// <remarks>Mirrors <c>Signature.set</c>.</remarks>
    public Signature With(SendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Copy(Args, Kwargs, Options.Overlay(options), Parts);
    }

    /// <summary>A signature of the same type with other content.</summary>
    internal virtual Signature Copy(
        IReadOnlyList<TaskValue> args, IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs, SendOptions options, SignatureParts? parts)
        => new(TaskName, args, kwargs, options, parts);

    internal Signature Copy(SendOptions options) => ReferenceEquals(options, Options) ? this : Copy(Args, Kwargs, options, Parts);
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

    internal Signature(
        string taskName,
        IReadOnlyList<TaskValue> args,
        IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs,
        SendOptions options,
        SignatureParts? parts)
        : base(taskName, args, kwargs, options, parts)
    {
    }

    /// <inheritdoc cref="Signature.With(SendOptions)" />
    public new Signature<TResult> With(SendOptions options) => (Signature<TResult>)base.With(options);

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

    internal override Signature Copy(
        IReadOnlyList<TaskValue> args, IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs, SendOptions options, SignatureParts? parts)
        => new Signature<TResult>(TaskName, args, kwargs, options, parts);
}
