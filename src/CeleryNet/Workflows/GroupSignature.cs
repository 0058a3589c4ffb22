using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Workflows;

namespace CeleryNet;

/// <summary>Calls to make at the same time, or a workflow that ends in such. What follows gets the list of all their results. Immutable and safe to share.</summary>
/// <typeparam name="TResult">The type the result of each member is read as.</typeparam>
/// <remarks>
/// Mirrors <c>celery.group</c>. Made by <see cref="Canvas"/>. Options given to it are those of each member; of a workflow that ends in a group, those of its first step.
/// </remarks>
public sealed class GroupSignature<TResult> : Signature
{
    internal GroupSignature(
        string taskName,
        IReadOnlyList<TaskValue> args,
        IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs,
        SendOptions options,
        SignatureParts? parts)
        : base(taskName, args, kwargs, options, parts)
    {
    }

    /// <inheritdoc cref="Signature.With(SendOptions)" />
    public new GroupSignature<TResult> With(SendOptions options) => (GroupSignature<TResult>)base.With(options);

    /// <inheritdoc cref="Signature.Stamp(string, JsonElement)" />
    public new GroupSignature<TResult> Stamp(string name, JsonElement value) => (GroupSignature<TResult>)base.Stamp(name, value);

    /// <inheritdoc cref="Signature.Stamp(string, JsonElement)" />
    public new GroupSignature<TResult> Stamp(string name, string value) => (GroupSignature<TResult>)base.Stamp(name, value);

    /// <inheritdoc cref="Signature.AsImmutable" />
    public new GroupSignature<TResult> AsImmutable() => (GroupSignature<TResult>)base.AsImmutable();

    /// <inheritdoc cref="Signature.OnError(Signature)" />
    public new GroupSignature<TResult> OnError(Signature errback) => (GroupSignature<TResult>)base.OnError(errback);

    /// <inheritdoc cref="Signature.OnError(Func{IPrevious{string}, Signature})" />
    public new GroupSignature<TResult> OnError(Func<IPrevious<string>, Signature> errback) => (GroupSignature<TResult>)base.OnError(errback);

    /// <summary>Followed by something that gets the list of all results, in the order of the members: a chord.</summary>
    /// <typeparam name="TNext">The type the result of what follows is read as.</typeparam>
    /// <param name="next">
    /// Makes what follows. What it is given stands for the list of results; a factory takes it in place of its first argument. What does not take it gets nothing,
    /// and begins when all members have succeeded all the same.
    /// </param>
    /// <exception cref="ArgumentException">What it makes was given the result of another step.</exception>
    /// <remarks>Mirrors <c>chord(group, next)</c>, <c>group | next</c>. It needs a result backend that keeps results, such as Redis.</remarks>
    public Signature<TNext> Then<TNext>(Func<IPrevious<TResult[]>, Signature<TNext>> next) => Composer.Typed<TNext>(Composer.Join(this, Composer.Bind(next)));

    /// <inheritdoc cref="Then{TNext}(Func{IPrevious{TResult[]}, Signature{TNext}})" />
    public GroupSignature<TNext> Then<TNext>(Func<IPrevious<TResult[]>, GroupSignature<TNext>> next) => Composer.TypedGroup<TNext>(Composer.Join(this, Composer.Bind(next)));

    /// <inheritdoc cref="Then{TNext}(Func{IPrevious{TResult[]}, Signature{TNext}})" path="//summary|//param[@name='next']|//exception|//remarks" />
    public Signature Then(Func<IPrevious<TResult[]>, Signature> next) => Composer.Join(this, Composer.Bind(next));

    internal override Signature Copy(
        IReadOnlyList<TaskValue> args, IReadOnlyList<KeyValuePair<string, TaskValue>> kwargs, SendOptions options, SignatureParts? parts)
        => new GroupSignature<TResult>(TaskName, args, kwargs, options, parts);
}
