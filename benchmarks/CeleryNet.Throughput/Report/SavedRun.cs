using System.Text.Json;

namespace CeleryNet.Throughput.Report;

/// <summary>A run as <see cref="JsonReport"/> has written it. What was measured is taken from it; what it should be is judged anew.</summary>
/// <param name="Machine">What the run was made on and with.</param>
/// <param name="Failures">Turns that could not be measured, and why.</param>
/// <param name="Figures">The figures; only the settings of their peers are of use here.</param>
/// <param name="Samples">Every value.</param>
internal sealed record SavedRun(
    IReadOnlyDictionary<string, string> Machine, IReadOnlyList<string> Failures, IReadOnlyList<SavedFigure> Figures, IReadOnlyList<Sample> Samples)
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    /// <exception cref="JsonException">The file is not one that <see cref="JsonReport"/> writes.</exception>
    public static async Task<SavedRun> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<SavedRun>(file, _options, cancellationToken) ?? throw new JsonException("The file says null.");
    }

    public SampleSet ToSamples()
        => SampleSet.Restore(Samples, Figures.SelectMany(figure => figure.Peers.Select(peer => (figure.Measurement, peer.Peer, peer.Settings))));
}

/// <summary>One figure of a saved run.</summary>
internal sealed record SavedFigure(string Measurement, IReadOnlyList<SavedPeer> Peers);

/// <summary>One who took part in a saved figure.</summary>
internal sealed record SavedPeer(string Peer, string Settings);
