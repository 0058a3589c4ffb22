using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>One measured value.</summary>
/// <param name="Measurement">The measurement's name.</param>
/// <param name="Metric">What of it.</param>
/// <param name="Peer">Whose.</param>
/// <param name="Round">In which round, from 1.</param>
/// <param name="Value">How much.</param>
internal sealed record Sample(string Measurement, string Metric, string Peer, int Round, double Value);

/// <summary>All that was measured in a run.</summary>
internal sealed class SampleSet
{
    private readonly List<Sample> _samples = [];
    private readonly Dictionary<(string Measurement, string Peer), string> _settings = [];

    public IReadOnlyList<Sample> All => _samples;

    public void Add(string measurement, Peer peer, int round, IReadOnlyDictionary<string, double> measured)
    {
        _settings[(measurement, peer.Name)] = string.Join(' ', peer.Settings);
        _samples.AddRange(measured.Select(metric => new Sample(measurement, metric.Key, peer.Name, round, metric.Value)));
    }

    /// <summary>What a peer's worker was told in a measurement.</summary>
    public string Settings(string measurement, string peer) => _settings[(measurement, peer)];

    /// <summary>Who has values of a metric, in the order of their turns.</summary>
    public IReadOnlyList<string> Peers(string measurement, string metric) => [.. Of(measurement, metric).Select(sample => sample.Peer).Distinct()];

    /// <summary>A peer's values, by their rounds.</summary>
    public IReadOnlyDictionary<int, double> Values(string measurement, string metric, string peer)
        => Of(measurement, metric).Where(sample => sample.Peer == peer).ToDictionary(sample => sample.Round, sample => sample.Value);

    private IEnumerable<Sample> Of(string measurement, string metric)
        => _samples.Where(sample => sample.Measurement == measurement && sample.Metric == metric);
}
