using System.Text.Json;

namespace CeleryNet.Throughput.Report;

/// <summary>Writes results for programs: every sample, the goals, the machine.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(string path, MachineInfo machine, SampleSet samples, IReadOnlyList<string> failures)
    {
        var figures = samples.Measured(Figures.All).Select(figure => new
        {
            figure.Measurement,
            figure.Metric,
            figure.Title,
            figure.Unit,
            Peers = samples.Peers(figure).Select(peer => new
            {
                Peer = peer,
                Settings = samples.Settings(figure.Measurement, peer),
                Spread = Spread.Of(samples.Values(figure, peer).Values),
            }),
            Goals = Verdict.Of(figure, samples).Select(verdict => new
            {
                verdict.Goal.Text,
                verdict.Goal.IsRelative,
                verdict.Reached,
                verdict.Raw,
                verdict.IsOutOfReach,
                Met = verdict.Reached is null ? default(bool?) : verdict.IsMet,
            }),
        });
        var document = new { Machine = machine.Facts, Failures = failures, Figures = figures, Samples = samples.All };
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, document, _options);
    }
}
