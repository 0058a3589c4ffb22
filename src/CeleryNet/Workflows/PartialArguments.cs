using CeleryNet.Extensibility;

namespace CeleryNet.Workflows;

/// <summary>What a signature is given when it is applied: positional arguments that go before its own, and keyword arguments that go over its own.</summary>
internal readonly record struct PartialArguments(IReadOnlyList<TaskValue> Args, IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs)
{
    public static PartialArguments None { get; } = new([], []);

    public bool IsEmpty => Args is null or [] && Kwargs is null or [];

    /// <summary>One positional argument: a result.</summary>
    public static PartialArguments Of(TaskValue value) => new([value], []);

    /// <summary>One positional argument: a result, as JSON.</summary>
    public static PartialArguments OfJson(ReadOnlyMemory<byte> json) => Of(new JsonTaskValue(json));
}
