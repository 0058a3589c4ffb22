using System.Text.Json;

namespace CeleryNet;

/// <summary>A message that could not be run and is kept beside its queue; see <see cref="IDeadLetters"/>.</summary>
public sealed class DeadLetter
{
    /// <summary>
    /// Names it to <see cref="IDeadLetters.ReplayAsync"/> and <see cref="IDeadLetters.DropAsync"/> for as long as it is there. Opaque; two dead letters that are
    /// equal in all that they hold may have the same one, and it then stands for either.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The queue it came from and is replayed to.</summary>
    public required string Queue { get; init; }

    /// <summary>Why it is kept, in words for people; empty if whoever put it there did not say.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was put there; null if whoever put it there did not say.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The task it calls; null if its headers do not tell (unreadable, or protocol 1, which tells it in the body).</summary>
    public string? TaskName { get; init; }

    /// <summary>The id of the call; null if its headers do not tell.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>The message's own headers, as JSON; empty if they cannot be read.</summary>
    public IReadOnlyDictionary<string, JsonElement> Headers { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The type of <see cref="Body"/>, such as <c>application/json</c>; null if the message does not say.</summary>
    public string? ContentType { get; init; }

    /// <summary>The encoding of <see cref="Body"/>, such as <c>utf-8</c>; null if the message does not say.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The body's bytes as they were published; on Redis the whole list element if it cannot be read as a message.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The number of bytes of <see cref="Body"/>.</summary>
    public int Size => Body.Length;
}
