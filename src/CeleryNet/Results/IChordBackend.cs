namespace CeleryNet.Results;

/// <summary>
/// A result backend that counts the parts of a chord by itself. One that does not has its chords looked after by the task <c>celery.chord_unlock</c>.
/// celery/backends/redis.py apply_chord, set_chord_size, on_chord_part_return
/// </summary>
internal interface IChordBackend
{
    /// <summary>Keeps how many parts a chord has, before the last of them is sent: no part can complete the chord sooner.</summary>
    /// <param name="groupId">The id of the header.</param>
    /// <param name="size">How many parts report.</param>
    /// <param name="cancellationToken">The sender's.</param>
    /// <exception cref="ResultBackendException">It is not kept, or it is not known whether it is.</exception>
    ValueTask SetSizeAsync(string groupId, int size, CancellationToken cancellationToken);
}

/// <summary>A result backend with which there can be no chords: none of its readers could bring the parts together.</summary>
internal interface IChordlessBackend
{
    /// <summary>Why not, and which backends could.</summary>
    string ChordRefusal { get; }
}
