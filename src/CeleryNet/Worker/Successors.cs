using CeleryNet.Protocol;
using CeleryNet.Workflows;

namespace CeleryNet.Worker;

/// <summary>What a message says is to come after its task.</summary>
/// <param name="Callbacks">What is called with the result.</param>
/// <param name="Errbacks">What is called when the task fails.</param>
/// <param name="Chain">The steps that follow, the next one last.</param>
/// <param name="Chord">The body of the chord of which the task is a part; null when it is part of none.</param>
internal sealed record Successors(IReadOnlyList<Signature> Callbacks, IReadOnlyList<Signature> Errbacks, IReadOnlyList<Signature> Chain, Signature? Chord)
{
    /// <summary>Whether something is sent once the task has succeeded, before that is stored.</summary>
    public bool FollowSuccess => Callbacks.Count > 0 || Chain.Count > 0;

    /// <summary>Reads them before the task is run: a task whose successors could not be called would have been run in vain.</summary>
    /// <returns>Null when nothing comes after the task.</returns>
    /// <exception cref="MalformedMessageException">Something is no signature.</exception>
    public static Successors? Read(TaskEmbed embed) => embed.IsEmpty
        ? null
        : new Successors(
            ReadList(embed.Callbacks),
            ReadList(embed.Errbacks),
            ReadList(embed.Chain),
            embed.Chord.IsEmpty ? null : SignatureReader.Read(embed.Chord));

    /// <summary>Reads those that must learn that the task is not run: the chord and the chain, each if it can be read.</summary>
    public static Successors? ReadWhatCan(TaskEmbed embed)
    {
        var chain = Try(() => ReadList(embed.Chain)) ?? [];
        var chord = embed.Chord.IsEmpty ? null : Try(() => SignatureReader.Read(embed.Chord));
        return chain.Count == 0 && chord is null ? null : new Successors([], [], chain, chord);
    }

    private static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (MalformedMessageException)
        {
            // The message is kept with the reason; who reads it there sees this too.
            return null;
        }
    }

    private static IReadOnlyList<Signature> ReadList(ReadOnlyMemory<byte> json) => json.IsEmpty ? [] : SignatureReader.ReadList(json);
}
