using System.Globalization;
using System.Text;
using CeleryNet.Throughput.Measurements;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>Writes results as tables for people: each figure with its peers, and beside each how CeleryNet compares.</summary>
internal static class TextReport
{
    public static string Write(MachineInfo machine, SampleSet samples)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in machine.Facts)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{name}: {value}");
        }

        var neighbours = Spread.Of(samples.All.Where(sample => sample.Metric == Metrics.Neighbours).Select(sample => sample.Value).DefaultIfEmpty());
        text.AppendLine(CultureInfo.InvariantCulture, $"processors used by others: {neighbours.Median:0} % (median of the turns), {neighbours.Max:0} % at most");

        foreach (var figure in Figures.All.Where(figure => samples.Peers(figure.Measurement, figure.Metric).Count > 0))
        {
            text.AppendLine();
            WriteFigure(text, figure, samples);
        }

        return text.ToString();
    }

    private static void WriteFigure(StringBuilder text, Figure figure, SampleSet samples)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"{figure.Title} [{figure.Unit}]  ({figure.Measurement})");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"",-20}{"median",12}{"min",12}{"max",12}{"rounds",8}{"celerynet / this",18}  settings");
        var own = samples.Values(figure.Measurement, figure.Metric, Peer.CeleryNet.Name);
        foreach (var peer in samples.Peers(figure.Measurement, figure.Metric))
        {
            var values = samples.Values(figure.Measurement, figure.Metric, peer);
            var spread = Spread.Of(values.Values);
            double[] ratios = [.. own.Where(value => values.ContainsKey(value.Key)).Select(value => value.Value / values[value.Key])];
            var ratio = ratios.Length > 0 ? Number(Spread.Of(ratios).Median) : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"  {peer,-20}{Number(spread.Median),12}{Number(spread.Min),12}{Number(spread.Max),12}{values.Count,8}{ratio,18}  {samples.Settings(figure.Measurement, peer)}");
        }

        foreach (var verdict in figure.Goals.Select(goal => Verdict.Of(figure, goal, samples)))
        {
            text.AppendLine(verdict.Reached is { } reached
                ? string.Create(CultureInfo.InvariantCulture, $"  goal {verdict.Goal.Text}: {Number(reached.Median)} ({Number(reached.Min)} to {Number(reached.Max)}), {(verdict.IsMissed ? "MISSED" : "met")}")
                : $"  goal {verdict.Goal.Text}: not measured");
        }
    }

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
