namespace CeleryNet.Results;

/// <summary>The worker's half of a backend that counts the parts of chords: <see cref="IChordBackend"/> is the sender's. celery/backends/redis.py</summary>
internal interface IChordParts
{
    /// <summary>
    /// Keeps what a member came to, and tells whether the chord is complete by that. The same member may report any number of times and counts once. Who gets
    /// the parts sends the chord's body, or has it fail, and then removes what is kept: until then the parts are handed out to each who reports.
    /// </summary>
    /// <param name="groupId">The id of the header.</param>
    /// <param name="part">The member's report.</param>
    /// <param name="cancellationToken">Ends the wait; whether it is kept is then unknown.</param>
    /// <returns>All parts of the chord; null when some are still to come, or it is not known yet how many there are.</returns>
    /// <exception cref="ResultBackendException">It is not kept, or it is not known whether it is.</exception>
    /// <exception cref="CelerySerializationException">It cannot be written.</exception>
    ValueTask<ChordParts?> AddPartAsync(string groupId, ChordPart part, CancellationToken cancellationToken);

    /// <summary>Makes a chord wait for one member more. Called by one of its members that has not reported yet.</summary>
    /// <param name="groupId">The id of the header.</param>
    /// <param name="cancellationToken">Ends the wait; whether it is known is then unknown.</param>
    /// <exception cref="ResultBackendException">The backend could not be told, or it is not known whether it was.</exception>
    ValueTask ExpectOneMoreAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>Removes what is kept of a chord that is over.</summary>
    /// <param name="groupId">The id of the header.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ResultBackendException">The backend could not be told.</exception>
    ValueTask DeleteChordAsync(string groupId, CancellationToken cancellationToken);
}
