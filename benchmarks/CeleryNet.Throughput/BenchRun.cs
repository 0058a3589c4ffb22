using System.Diagnostics;
using System.Globalization;
using CeleryNet.Throughput.Measurements;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Processes;
using CeleryNet.Throughput.Report;

namespace CeleryNet.Throughput;

/// <summary>Lets the peers take turns: in each round every measurement, in each measurement every peer.</summary>
/// <param name="measurements">What is measured.</param>
/// <param name="families">Who takes part.</param>
/// <param name="rounds">How many rounds.</param>
/// <param name="progress">Where each turn is told of.</param>
internal sealed class BenchRun(IReadOnlyList<IMeasurement> measurements, IReadOnlySet<PeerFamily> families, int rounds, TextWriter progress)
{
    private readonly List<string> _failures = [];

    public SampleSet Samples { get; } = new();

    /// <summary>Turns that could not be measured, and why.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <param name="afterRound">Called after each round, so that a long run shows something before its end.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task RunAsync(Func<Task> afterRound, CancellationToken cancellationToken)
    {
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var measurement in measurements.Where(measurement => round <= (measurement.MostRounds ?? rounds)))
            {
                foreach (var peer in measurement.Peers.Where(peer => families.Contains(peer.Family)))
                {
                    await TakeTurnAsync(measurement, peer, round, cancellationToken);
                }
            }

            await afterRound();
        }
    }

    private async Task TakeTurnAsync(IMeasurement measurement, Peer peer, int round, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        string told;
        try
        {
            var neighbours = Neighbours.Watch();
            var measured = new Dictionary<string, double>(await measurement.MeasureAsync(peer, cancellationToken));
            measured[Metrics.Neighbours] = neighbours.Percent();
            Samples.Add(measurement.Name, peer, round, measured);
            told = string.Join("  ", measured.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:#,0.###}")));
        }
#pragma warning disable CA1031 // One turn that fails must not cost those that work; the run fails at its end.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _failures.Add($"{measurement.Name}, {peer.Name}, round {round}: {error.Message}");
            told = $"FAILED: {error.Message}";
        }

        await progress.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"[{round}/{rounds}] {measurement.Name,-26} {peer.Name,-18} {told}  ({Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s)"));
    }
}
