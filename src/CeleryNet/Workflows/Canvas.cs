using System.Runtime.CompilerServices;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Workflows;

namespace CeleryNet;

/// <summary>Makes workflows out of calls: groups, chords, maps, and chains of calls whose types are known only at run time.</summary>
/// <remarks>Mirrors <c>celery.canvas</c>. A chain of typed calls is made by <see cref="Signature{TResult}.Then{TNext}(Func{IPrevious{TResult}, Signature{TNext}})"/>.</remarks>
public static class Canvas
{
    private const string MapName = "celery.map";
    private const string StarmapName = "celery.starmap";

    /// <summary>A call of a task known by its name only.</summary>
    /// <typeparam name="TResult">The type the result is read as.</typeparam>
    /// <param name="taskName">The task's name on the wire.</param>
    /// <param name="args">
    /// The positional arguments, written by their run-time types, or as a <see cref="TaskValue"/> says. The first may be what a lambda of <c>Then</c> is given.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="taskName"/> is empty, or the result of the step before is not the first argument.</exception>
    public static Signature<TResult> Call<TResult>(string taskName, params IReadOnlyList<object?> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var place = args.TakeWhile(argument => StepOf(argument) is null).Count();
        if (place > 0 && place < args.Count)
        {
            throw new ArgumentException(
                $"The result of the step before can only be the first argument of task '{taskName}', since it is put in front of the others; it was argument {place + 1}.", nameof(args));
        }

        var step = args.Count > 0 ? StepOf(args[0]) : null;
        var signature = new Signature<TResult>(taskName, [.. args.Skip(step is null ? 0 : 1).Select(Wrap)]);
        return step is null ? signature : (Signature<TResult>)signature.Copy(signature.Args, signature.Kwargs, signature.Options, new SignatureParts { Previous = step });
    }

    /// <inheritdoc cref="Call{TResult}(string, IReadOnlyList{object?})" />
    public static Signature<JsonElement> Call(string taskName, params IReadOnlyList<object?> args) => Call<JsonElement>(taskName, args);

    /// <summary>Calls to make at the same time.</summary>
    /// <typeparam name="TResult">The type the result of each is read as.</typeparam>
    /// <param name="members">The calls, or workflows; a group among them is a part of this one.</param>
    /// <remarks>Mirrors <c>group</c>.</remarks>
    [OverloadResolutionPriority(1)] // Without members it is this one.
    public static GroupSignature<TResult> Group<TResult>(params IEnumerable<Signature<TResult>> members) => CreateGroup<TResult>(members);

    /// <summary>Calls to make at the same time, whose results are of different types.</summary>
    /// <param name="members">The calls, or workflows; a group among them is a part of this one.</param>
    /// <remarks>Mirrors <c>group</c>.</remarks>
    public static GroupSignature<JsonElement> Group(params IEnumerable<Signature> members) => CreateGroup<JsonElement>(members);

    /// <summary>Groups that together are one.</summary>
    /// <typeparam name="TResult">The type the result of each member is read as.</typeparam>
    /// <param name="groups">The groups; the members of one follow those of the one before.</param>
    /// <remarks>Mirrors <c>group</c> of groups.</remarks>
    public static GroupSignature<TResult> Group<TResult>(params IEnumerable<GroupSignature<TResult>> groups) => CreateGroup<TResult>(groups);

    /// <summary>Calls to make at the same time, and one that gets the list of their results.</summary>
    /// <typeparam name="TPart">The type the result of each part is read as.</typeparam>
    /// <typeparam name="TResult">The type the result of the body is read as.</typeparam>
    /// <param name="header">The parts. If there are none, the body gets an empty list.</param>
    /// <param name="body">Makes what gets the list, which is in the order of the parts.</param>
    /// <exception cref="ArgumentException">What <paramref name="body"/> makes was given the result of another step.</exception>
    /// <remarks>Mirrors <c>chord</c>. It is <see cref="GroupSignature{TResult}.Then{TNext}(Func{IPrevious{TResult[]}, Signature{TNext}})"/> of the group.</remarks>
    public static Signature<TResult> Chord<TPart, TResult>(IEnumerable<Signature<TPart>> header, Func<IPrevious<TPart[]>, Signature<TResult>> body)
        => CreateGroup<TPart>(header).Then(body);

    /// <summary>
    /// Steps one after the other, as Celery makes chains: each gets the result of the one before in front of its arguments, unless it is
    /// <see cref="Signature.IsImmutable"/>. The types are not checked.
    /// </summary>
    /// <typeparam name="TResult">The type the result of the last step is read as.</typeparam>
    /// <param name="steps">The steps: calls or workflows. A group that something follows becomes the header of a chord.</param>
    /// <exception cref="ArgumentException">There are no steps, the last one is a group, or one was given the result of another step.</exception>
    /// <remarks>Mirrors <c>chain</c>.</remarks>
    public static Signature<TResult> Chain<TResult>(params IEnumerable<Signature> steps)
    {
        var chain = Fold(steps, keepsLast: false, nameof(steps));
        return Compositions.EndsInGroup(chain)
            ? throw new ArgumentException("The chain ends in a group, which has no single result; use ChainToGroup, or let something follow.", nameof(steps))
            : Composer.Typed<TResult>(chain);
    }

    /// <inheritdoc cref="Chain{TResult}(IEnumerable{Signature})" />
    public static Signature<JsonElement> Chain(params IEnumerable<Signature> steps) => Chain<JsonElement>(steps);

    /// <summary>Steps as <see cref="Chain{TResult}(IEnumerable{Signature})"/> has them, of which the last is a group.</summary>
    /// <typeparam name="TResult">The type the result of each member of that group is read as.</typeparam>
    /// <param name="steps">The steps.</param>
    /// <exception cref="ArgumentException">There are no steps, the last one is no group, or one was given the result of another step.</exception>
    /// <remarks>Mirrors <c>chain</c>.</remarks>
    public static GroupSignature<TResult> ChainToGroup<TResult>(params IEnumerable<Signature> steps)
    {
        var chain = Fold(steps, keepsLast: true, nameof(steps));
        return Compositions.EndsInGroup(chain)
            ? Composer.TypedGroup<TResult>(chain)
            : throw new ArgumentException("The chain does not end in a group; use Chain.", nameof(steps));
    }

    /// <summary>One task that is called for each of some values, one after the other and within one message. Its result is the list of the results.</summary>
    /// <typeparam name="TItem">The type of the values.</typeparam>
    /// <typeparam name="TResult">The type each result is read as.</typeparam>
    /// <param name="items">The values.</param>
    /// <param name="call">Makes the call of a value. All must be of the same task, with one argument.</param>
    /// <exception cref="ArgumentException">There are no values, or the calls are not that.</exception>
    /// <remarks>Mirrors <c>task.map</c>. The worker that takes it must have the task registered, since it calls it itself.</remarks>
    public static Signature<TResult[]> Map<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, Signature<TResult>> call)
    {
        var calls = Calls(items, call);
        return calls.FirstOrDefault(each => each.Args.Count != 1) is { } wrong
            ? throw new ArgumentException(
                $"Map calls a task with one argument, '{wrong.TaskName}' was given {wrong.Args.Count} (a parameter with a default counts); use Starmap.", nameof(call))
            : Repeated(MapName, calls, [.. calls.Select(each => each.Args[0])]);
    }

    /// <summary>One task that is called for each of some values, with several arguments, one call after the other and within one message.</summary>
    /// <typeparam name="TItem">The type of the values.</typeparam>
    /// <typeparam name="TResult">The type each result is read as.</typeparam>
    /// <param name="items">The values.</param>
    /// <param name="call">Makes the call of a value. All must be of the same task, with positional arguments only.</param>
    /// <exception cref="ArgumentException">There are no values, or the calls are not that.</exception>
    /// <remarks>Mirrors <c>task.starmap</c>. The worker that takes it must have the task registered, since it calls it itself.</remarks>
    public static Signature<TResult[]> Starmap<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, Signature<TResult>> call)
    {
        var calls = Calls(items, call);
        return Starmap(calls);
    }

    /// <summary>
    /// One task that is called for each of some values, a number of them within one message, the messages at the same time: the result of each member of the group is
    /// the list of its results.
    /// </summary>
    /// <typeparam name="TItem">The type of the values.</typeparam>
    /// <typeparam name="TResult">The type each result is read as.</typeparam>
    /// <param name="items">The values.</param>
    /// <param name="call">Makes the call of a value. All must be of the same task, with positional arguments only.</param>
    /// <param name="size">How many calls go into one message; the last may have fewer.</param>
    /// <exception cref="ArgumentException">There are no values, or the calls are not that.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is less than 1.</exception>
    /// <remarks>Mirrors <c>task.chunks(…).group()</c>, which is what <c>chunks</c> becomes when it is called.</remarks>
    public static GroupSignature<TResult[]> Chunks<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, Signature<TResult>> call, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return CreateGroup<TResult[]>(Calls(items, call).Chunk(size).Select(Starmap));
    }

    private static Signature<TResult[]> Starmap<TResult>(IReadOnlyList<Signature<TResult>> calls)
        => Repeated(StarmapName, calls, [.. calls.Select(TaskValue (each) => new ListValue(each.Args))]);

    // Only the name of the task counts to who runs it; how the first is sent is how all are.
    private static Signature<TResult[]> Repeated<TResult>(string name, IReadOnlyList<Signature<TResult>> calls, IReadOnlyList<TaskValue> items) => new(
        name,
        [],
        [new("task", new SignatureValue(new Signature(calls[0].TaskName, []))), new("it", new ListValue(items))],
        calls[0].Options,
        SignatureParts.Immutable);

    private static Signature<TResult>[] Calls<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, Signature<TResult>> call)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(call);
        Signature<TResult>[] calls = [.. items.Select(call)];
        if (calls.Length == 0)
        {
            throw new ArgumentException("There are no values to call a task with, so it is not known which task that would be; leave the step out.", nameof(items));
        }

        foreach (var each in calls)
        {
            var problem = each switch
            {
                { Kind: not SignatureKind.Call } => "is composed of several",
                { Kwargs.Count: > 0 } => "has keyword arguments",
                { Parts.Previous: not null } => "takes the result of a step before",
                { Options.Workflow: not null } => "is linked to others",
                _ when each.TaskName != calls[0].TaskName => $"is of another task than the first, '{calls[0].TaskName}'",
                _ => null,
            };
            if (problem is not null)
            {
                throw new ArgumentException($"All calls must be plain ones of the same task with positional arguments only; that of '{each.TaskName}' {problem}.", nameof(call));
            }
        }

        return calls;
    }

    private static GroupSignature<TResult> CreateGroup<TResult>(IEnumerable<Signature> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        Signature[] all = [.. members];
        if (Array.IndexOf(all, null) is >= 0 and var place)
        {
            throw new ArgumentException($"A member of a group must not be null; member {place} was.", nameof(members));
        }

        return Composer.TypedGroup<TResult>(Compositions.Group(all));
    }

    // celery/canvas.py chain.__new__, maybe_unroll_group: in a chain, a group of one is that one.
    private static Signature Fold(IEnumerable<Signature> steps, bool keepsLast, string parameter)
    {
        ArgumentNullException.ThrowIfNull(steps, parameter);
        Signature[] all = [.. steps];
        Signature? chain = null;
        for (var i = 0; i < all.Length; i++)
        {
            var step = all[i] ?? throw new ArgumentException($"A step of a chain must not be null; step {i} was.", parameter);
            Composer.ThrowIfUnsettled(step);
            step = keepsLast && i == all.Length - 1 ? step : SignatureFreezer.Unroll(step);
            chain = chain is null ? step : Composer.Join(chain, step);
        }

        return chain ?? throw new ArgumentException("A chain must have a step; it has none.", parameter);
    }

    private static TaskValue Wrap(object? value) => value as TaskValue ?? TaskValue.Of(value);

    private static object? StepOf(object? value) => (value as IPlaceholder)?.Step;
}
