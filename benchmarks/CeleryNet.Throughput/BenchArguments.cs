using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput;

/// <summary>What the command line says.</summary>
/// <param name="Quick">Whether the run is to be short.</param>
/// <param name="Check">Whether a missed goal is a failure.</param>
/// <param name="Json">The file for programs; null for none.</param>
/// <param name="Text">The file for people; null for none.</param>
/// <param name="Figures">Beginnings of the names of what is measured; empty for all.</param>
/// <param name="Rounds">How many rounds.</param>
/// <param name="Brokers">Which brokers.</param>
/// <param name="Peers">Who takes part.</param>
/// <param name="Native">Whether a native program takes part, which has to be compiled first.</param>
/// <param name="Python">The Python of Celery's peers.</param>
internal sealed record BenchArguments(
    bool Quick,
    bool Check,
    string? Json,
    string? Text,
    IReadOnlyList<string> Figures,
    int Rounds,
    IReadOnlySet<string> Brokers,
    IReadOnlySet<PeerFamily> Peers,
    bool Native,
    string Python);
