using System.Globalization;
using System.Text;

namespace CeleryNet.Throughput.Report;

/// <summary>One figure with all who took part in it.</summary>
internal static class FigureTable
{
    public static void Write(StringBuilder text, Figure figure, SampleSet samples)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"{figure.Title} [{figure.Unit}]  ({figure.Measurement})");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"",-20}{"median",12}{"min",12}{"max",12}{"rounds",8}{"celerynet / this",18}  settings");
        foreach (var peer in samples.Peers(figure))
        {
            var values = samples.Values(figure, peer);
            var (median, min, max) = Spread.Of(values.Values);
            var ratio = samples.Ratio(figure, peer) is { } compared ? NumberText.Of(compared.Median) : "";
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  {peer,-20}{NumberText.Of(median),12}{NumberText.Of(min),12}{NumberText.Of(max),12}{values.Count,8}{ratio,18}  {samples.Settings(figure.Measurement, peer)}");
        }

        foreach (var verdict in Verdict.Of(figure, samples))
        {
            var reached = verdict.Reached is var (middle, least, most) ? $" {NumberText.Of(middle)} ({NumberText.Of(least)} to {NumberText.Of(most)})," : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"  goal {verdict.Goal.Text}:{reached} {verdict.Word}");
        }
    }
}
