using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Measurements;

/// <summary>Something that peers do in turns, each time from the same beginning.</summary>
internal interface IMeasurement
{
    /// <summary>Its name, by which it can be chosen.</summary>
    string Name { get; }

    /// <summary>Who takes part, in their order.</summary>
    IReadOnlyList<Peer> Peers { get; }

    /// <summary>How many rounds it takes at most; null for as many as the run has.</summary>
    int? MostRounds { get; }

    /// <summary>One turn of one peer.</summary>
    /// <returns>What was measured, by the names of the metrics.</returns>
    Task<IReadOnlyDictionary<string, double>> MeasureAsync(Peer peer, CancellationToken cancellationToken);
}
