using CeleryNet.Throughput.Measurements;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>All that was measured in a run.</summary>
internal sealed class SampleSet
{
    private readonly List<Sample> _samples = [];
    private readonly Dictionary<(string Measurement, string Peer), string> _settings = [];

    public IReadOnlyList<Sample> All => _samples;

    /// <summary>The shares of the processors that went to others during the turns, in per cent.</summary>
    public Spread Neighbours => Spread.Of(_samples.Where(sample => sample.Metric == Metrics.Neighbours).Select(sample => sample.Value).DefaultIfEmpty());

    /// <summary>What an earlier run has measured.</summary>
    public static SampleSet Restore(IEnumerable<Sample> samples, IEnumerable<(string Measurement, string Peer, string Settings)> settings)
    {
        var restored = new SampleSet();
        restored._samples.AddRange(samples);
        foreach (var (measurement, peer, told) in settings)
        {
            restored._settings[(measurement, peer)] = told;
        }

        return restored;
    }

    public void Add(string measurement, Peer peer, int round, IReadOnlyDictionary<string, double> measured)
    {
        _settings[(measurement, peer.Name)] = string.Join(' ', peer.Settings);
        _samples.AddRange(measured.Select(metric => new Sample(measurement, metric.Key, peer.Name, round, metric.Value)));
    }

    /// <summary>What a peer's worker was told in a measurement.</summary>
    public string Settings(string measurement, string peer) => _settings[(measurement, peer)];

    /// <summary>The figures that were measured, of anybody.</summary>
    public IEnumerable<Figure> Measured(IEnumerable<Figure> figures) => figures.Where(figure => Of(figure).Any());

    /// <summary>Who has values of a figure, in the order of their turns.</summary>
    public IReadOnlyList<string> Peers(Figure figure) => [.. Of(figure).Select(sample => sample.Peer).Distinct()];

    /// <summary>A peer's values, by their rounds.</summary>
    public IReadOnlyDictionary<int, double> Values(Figure figure, string peer)
        => Of(figure).Where(sample => sample.Peer == peer).ToDictionary(sample => sample.Round, sample => sample.Value);

    /// <summary>CeleryNet's values divided by another's; null when one of them has none.</summary>
    public Spread? Ratio(Figure figure, string other) => Compare(figure, other, (own, others) => own / others);

    /// <inheritdoc cref="Compare(Figure, string, string, Func{double, double, double})" />
    public Spread? Compare(Figure figure, string other, Func<double, double, double> compare) => Compare(figure, Peer.CeleryNet.Name, other, compare);

    /// <summary>One peer's values beside another's, each with that of the same round: absolute numbers drift from one to the next.</summary>
    public Spread? Compare(Figure figure, string one, string other, Func<double, double, double> compare)
    {
        var others = Values(figure, other);
        double[] compared =
            [.. Values(figure, one).Where(own => others.ContainsKey(own.Key)).Select(own => compare(own.Value, others[own.Key]))];
        return compared.Length > 0 ? Spread.Of(compared) : null;
    }

    private IEnumerable<Sample> Of(Figure figure) => _samples.Where(sample => sample.Measurement == figure.Measurement && sample.Metric == figure.Metric);
}
