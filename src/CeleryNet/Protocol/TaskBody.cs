namespace CeleryNet.Protocol;

/// <summary>The body of a task message, split but not decoded: <c>[args, kwargs, embed]</c>, each a piece of the same JSON text.</summary>
/// <param name="Args">A JSON list.</param>
/// <param name="Kwargs">A JSON object.</param>
/// <param name="Embed">What comes after the task.</param>
internal sealed record TaskBody(ReadOnlyMemory<byte> Args, ReadOnlyMemory<byte> Kwargs, TaskEmbed Embed)
{
    public static TaskBody Empty { get; } = new("[]"u8.ToArray(), "{}"u8.ToArray(), TaskEmbed.Empty);
}

/// <summary>
/// What a message says about the time after its task, each as JSON, empty when null: signatures to call with the result, with a failure, the rest of
/// a chain (last first), and the body of a chord. celery/app/amqp.py as_task_v2
/// </summary>
internal sealed record TaskEmbed(ReadOnlyMemory<byte> Callbacks, ReadOnlyMemory<byte> Errbacks, ReadOnlyMemory<byte> Chain, ReadOnlyMemory<byte> Chord)
{
    public static TaskEmbed Empty { get; } = new(default, default, default, default);

    public bool IsEmpty => Callbacks.IsEmpty && Errbacks.IsEmpty && Chain.IsEmpty && Chord.IsEmpty;
}
