using System.Globalization;
using System.Text;

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

        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"processors used by others: {samples.Neighbours.Median:0} % (median of the turns), {samples.Neighbours.Max:0} % at most");
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
