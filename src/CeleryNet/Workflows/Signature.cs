using System.Text.Json;
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

    /// <summary>The name by which it is routed: a call of <c>celery.map</c> goes where the task goes that it maps.</summary>
    internal string RouteName => Kwargs.Count > 0 && Kwargs[0] is { Key: "task", Value: SignatureValue task }
        ? ((Signature)task.AsObject()).TaskName
        : TaskName;

    internal SignatureKind Kind => Parts?.Kind ?? SignatureKind.Call;

    /// <summary>The same call with other options; those already set and not set in <paramref name="options"/> stay.</summary>
    /// <param name="options">The options to set.</param>
    /// <remarks>Mirrors <c>Signature.set</c>.</remarks>
    public Signature With(SendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Copy(Args, Kwargs, Options.Overlay(options), Parts);
    }

    /// <summary>The same, taking no arguments from what it follows; of what is composed, its beginning takes none.</summary>
    /// <remarks>Mirrors <c>.si()</c>, <c>set_immutable</c>. Where a step is given as a signature and not by a lambda, it is taken so by itself.</remarks>
    public Signature AsImmutable() => SignatureLinks.Immutable(this);

    /// <summary>The same, with a call to make once it has succeeded, which does not get the result. Of a chain it follows the last step, of a chord the body.</summary>
    /// <param name="callback">What to call; one that is there already is not added again.</param>
    /// <exception cref="InvalidOperationException">It is a group, which has no single end; follow it by <c>Then</c>.</exception>
    /// <remarks>Mirrors <c>link</c> of an immutable signature.</remarks>
    public Signature Link(Signature callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return SignatureLinks.Link(this, SignatureLinks.Immutable(callback));
    }

    /// <summary>The same, with a call to make when it fails: any step of a chain, any member of a group, a chord as a whole. It gets no arguments but its own.</summary>
    /// <param name="errback">What to call; one that is there already is not added again.</param>
    /// <remarks>Mirrors <c>on_error</c>, <c>link_error</c> of an immutable signature.</remarks>
    public Signature OnError(Signature errback)
    {
        ArgumentNullException.ThrowIfNull(errback);
        return SignatureLinks.OnError(this, SignatureLinks.Immutable(errback));
    }

    /// <summary>The same, with a call to make when it fails, which gets the id of the task that has failed in front of its arguments.</summary>
    /// <param name="errback">Makes the call of the id.</param>
    /// <exception cref="ArgumentException">What it makes was given the result of another step.</exception>
    /// <remarks>Mirrors <c>on_error</c>, <c>link_error</c>.</remarks>
    public Signature OnError(Func<IPrevious<string>, Signature> errback) => SignatureLinks.OnError(this, Composer.Bind(errback));

    /// <summary>The same, with a stamp on every call in it, those that are linked included: a mark by which tasks can be found and revoked.</summary>
    /// <param name="name">The stamp's name, not empty; a stamp of that name is replaced.</param>
    /// <param name="value">Its value.</param>
    /// <remarks>
    /// Mirrors <c>Signature.stamp</c>. Celery 5.3 and newer know stamps. A stamp of one call alone is an option of it, <see cref="SendOptions.Stamps"/>. See
    /// <see cref="ICeleryClient.RevokeByStampsAsync"/>.
    /// </remarks>
    public Signature Stamp(string name, JsonElement value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return SignatureStamps.Stamp(this, name, value);
    }

    /// <inheritdoc cref="Stamp(string, JsonElement)" />
    public Signature Stamp(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Stamp(name, JsonElement.Parse("\"" + JsonEncodedText.Encode(value) + "\""));
    }

    /// <summary>Followed by something that does not get its result.</summary>
    /// <typeparam name="TNext">The type the result of what follows is read as.</typeparam>
    /// <param name="next">What follows.</param>
    /// <remarks>Mirrors <c>signature | next</c> of an immutable one. After a group it is the body of a chord.</remarks>
    public Signature<TNext> Then<TNext>(Signature<TNext> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return Composer.Typed<TNext>(Composer.Join(this, SignatureLinks.Immutable(next)));
    }

    /// <inheritdoc cref="Then{TNext}(Signature{TNext})" />
    public GroupSignature<TNext> Then<TNext>(GroupSignature<TNext> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return Composer.TypedGroup<TNext>(Composer.Join(this, SignatureLinks.Immutable(next)));
    }

    /// <inheritdoc cref="Then{TNext}(Signature{TNext})" path="//summary|//param[@name='next']|//remarks" />
    public Signature Then(Signature next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return Composer.Join(this, SignatureLinks.Immutable(next));
    }

    /// <summary>A picture of the workflow as a Mermaid flowchart, which code hosts and documentation tools draw.</summary>
    /// <remarks>Calls are boxes, what a chord waits for meets in a circle, callbacks hang on dotted lines. Arguments are not shown.</remarks>
    public string ToMermaid() => MermaidWriter.Write(WorkflowGraph.Of(this));

    /// <summary>A picture of the workflow in Graphviz's language, for <c>dot</c>.</summary>
    /// <remarks>It shows what <see cref="ToMermaid"/> shows. The counterpart of <c>celery graph</c> and <c>result.graph</c>, for a workflow that was not sent yet.</remarks>
    public string ToGraphviz() => GraphvizWriter.Write(WorkflowGraph.Of(this));

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

    /// <inheritdoc cref="Signature.Stamp(string, JsonElement)" />
    public new Signature<TResult> Stamp(string name, JsonElement value) => (Signature<TResult>)base.Stamp(name, value);

    /// <inheritdoc cref="Signature.Stamp(string, JsonElement)" />
    public new Signature<TResult> Stamp(string name, string value) => (Signature<TResult>)base.Stamp(name, value);

    /// <inheritdoc cref="Signature.AsImmutable" />
    public new Signature<TResult> AsImmutable() => (Signature<TResult>)base.AsImmutable();

    /// <inheritdoc cref="Signature.Link(Signature)" />
    public new Signature<TResult> Link(Signature callback) => (Signature<TResult>)base.Link(callback);

    /// <summary>The same, with a call to make with its result once it has succeeded. Of a chain it is that of the last step, of a chord that of the body.</summary>
    /// <param name="callback">Makes the call of the result; one that is there already is not added again.</param>
    /// <exception cref="ArgumentException">What it makes was given the result of another step.</exception>
    /// <remarks>Mirrors <c>link</c>.</remarks>
    public Signature<TResult> Link(Func<IPrevious<TResult>, Signature> callback) => (Signature<TResult>)SignatureLinks.Link(this, Composer.Bind(callback));

    /// <inheritdoc cref="Signature.OnError(Signature)" />
    public new Signature<TResult> OnError(Signature errback) => (Signature<TResult>)base.OnError(errback);

    /// <inheritdoc cref="Signature.OnError(Func{IPrevious{string}, Signature})" />
    public new Signature<TResult> OnError(Func<IPrevious<string>, Signature> errback) => (Signature<TResult>)base.OnError(errback);

    /// <summary>Followed by something that gets its result.</summary>
    /// <typeparam name="TNext">The type the result of what follows is read as.</typeparam>
    /// <param name="next">
    /// Makes what follows. What it is given stands for the result; a factory takes it in place of its first argument. What does not take it gets nothing. In a
    /// group, each member may take it.
    /// </param>
    /// <exception cref="ArgumentException">What it makes was given the result of another step.</exception>
    /// <remarks>Mirrors <c>signature | next</c>.</remarks>
    public Signature<TNext> Then<TNext>(Func<IPrevious<TResult>, Signature<TNext>> next) => Composer.Typed<TNext>(Composer.Join(this, Composer.Bind(next)));

    /// <inheritdoc cref="Then{TNext}(Func{IPrevious{TResult}, Signature{TNext}})" />
    public GroupSignature<TNext> Then<TNext>(Func<IPrevious<TResult>, GroupSignature<TNext>> next) => Composer.TypedGroup<TNext>(Composer.Join(this, Composer.Bind(next)));

    /// <inheritdoc cref="Then{TNext}(Func{IPrevious{TResult}, Signature{TNext}})" path="//summary|//param[@name='next']|//exception|//remarks" />
    public Signature Then(Func<IPrevious<TResult>, Signature> next) => Composer.Join(this, Composer.Bind(next));
}
