using System.Globalization;
using System.Text;
using CeleryNet.Throughput.Measurements;

namespace CeleryNet.Throughput.Report;

/// <summary>Writes results for people.</summary>
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
        text.AppendLine();
        SummaryTable.Write(text, samples);
        foreach (var figure in samples.Measured(Figures.All))
        {
            text.AppendLine();
            FigureTable.Write(text, figure, samples);
        }

        return text.ToString();
    }
}
