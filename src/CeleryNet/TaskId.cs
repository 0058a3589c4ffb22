namespace CeleryNet;

/// <summary>The id of one task message and of its result. Celery takes any non-empty string; new ones are UUIDs.</summary>
/// <param name="Value">The text as it is on the wire.</param>
public readonly record struct TaskId(string Value)
{
    /// <summary>A new, unique id: a UUID of version 4 in lower case, as Celery makes them.</summary>
    public static TaskId New()
    {
#pragma warning disable RS0030 // The one place that makes ids.
        return new(Guid.NewGuid().ToString());
#pragma warning restore RS0030
    }

    /// <summary>Takes a text as an id.</summary>
    /// <param name="value">A non-empty text.</param>
    public static implicit operator TaskId(string value) => new(value);

    /// <summary>The text as it is on the wire.</summary>
    public override string ToString() => Value ?? "";
}
