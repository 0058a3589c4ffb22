using System.Text;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>One line for each figure: how CeleryNet compares, and whether that is what it should be.</summary>
internal static class SummaryTable
{
    public static void Write(StringBuilder text, SampleSet samples)
    {
        text.AppendLine(FormattableString.Invariant($"{"medians of the rounds",-76}{"celerynet",12}{"/ celery",10}{"/ raw",10}  goals"));
        foreach (var figure in samples.Measured(Figures.All))
        {
            var own = samples.Values(figure, Peer.CeleryNet.Name);
            var median = own.Count > 0 ? NumberText.Of(Spread.Of(own.Values).Median) : "";
            var goals = string.Join(", ", Verdict.Of(figure, samples).Select(verdict => $"{verdict.Goal.Text} {verdict.Word}"));
            text.AppendLine(FormattableString.Invariant(
                $"{$"{figure.Title} [{figure.Unit}]",-76}{median,12}{NumberText.Of(samples.Ratio(figure, Peer.Celery.Name)),10}{NumberText.Of(samples.Ratio(figure, Peer.Raw.Name)),10}  {goals}"));
        }
    }
}
