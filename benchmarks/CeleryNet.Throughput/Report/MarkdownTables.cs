using System.Globalization;
using System.Text;
using CeleryNet.Throughput.Peers;

namespace CeleryNet.Throughput.Report;

/// <summary>Writes a run as tables for the documentation.</summary>
internal static class MarkdownTables
{
    public static string Write(SavedRun run, SampleSet samples)
    {
        var text = new StringBuilder();
        text.Append(
            "# Figures of a run\n\nMade by `render` of the benchmark; [performance.md](../performance.md) tells what the rows mean and how they are measured.\n\n");
        WriteMachine(text, run, samples);
        WriteSummary(text, samples);
        WriteVerdicts(text, samples, "Goals out of reach", "The client alone has missed them too on this machine, compared in the same way.", verdict => verdict.IsOutOfReach);
        WriteVerdicts(text, samples, "Goals missed", null, verdict => verdict.IsMissed);
        WritePeers(text, samples);
        return text.ToString();
    }

    private static void WriteMachine(StringBuilder text, SavedRun run, SampleSet samples)
    {
        text.Append("| | |\n|---|---|\n");
        foreach (var (name, value) in run.Machine)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
        }

        var neighbours = samples.Neighbours;
        text.Append(CultureInfo.InvariantCulture, $"| rounds | {samples.All.Max(sample => sample.Round)} |\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"| processors used by programs outside of the run | {neighbours.Median:0} % (median of the turns), {neighbours.Min:0} to {neighbours.Max:0} % |\n");
        if (run.Failures.Count > 0)
        {
            text.Append("\nTurns that could not be measured:\n\n");
            foreach (var failure in run.Failures)
            {
                text.Append(CultureInfo.InvariantCulture, $"- {failure}\n");
            }
        }
    }

    private static void WriteSummary(StringBuilder text, SampleSet samples)
    {
        text.Append("\n## Medians, ratios and goals\n\nA ratio is the median of the rounds' ratios.\n\n");
        text.Append("| | CeleryNet | Celery | raw | CeleryNet / Celery | CeleryNet / raw | goal | verdict |\n|---|---:|---:|---:|---:|---:|---|---|\n");
        foreach (var figure in samples.Measured(Figures.All))
        {
            var verdicts = Verdict.Of(figure, samples).ToArray();
            var goals = string.Join("<br>", verdicts.Select(verdict => verdict.Goal.Text));
            var words = string.Join("<br>", verdicts.Select(verdict => verdict.Word));
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {figure.Title} [{figure.Unit}] | {Median(Peer.CeleryNet)} | {Median(Peer.Celery)} | {Median(Peer.Raw)} | {Ratio(Peer.Celery)} | {Ratio(Peer.Raw)} | {goals} | {words} |\n");

            string Median(Peer peer) => samples.Values(figure, peer.Name) is { Count: > 0 } values ? NumberText.Of(Spread.Of(values.Values).Median) : "";

            string Ratio(Peer other) => NumberText.Of(samples.Ratio(figure, other.Name));
        }
    }

    private static void WriteVerdicts(StringBuilder text, SampleSet samples, string title, string? why, Func<Verdict, bool> isWanted)
    {
        var verdicts = Figures.All.SelectMany(figure => Verdict.Of(figure, samples)).Where(isWanted).ToArray();
        if (verdicts.Length == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{(why is null ? "" : $"{why}\n\n")}");
        foreach (var verdict in verdicts)
        {
            var raw = verdict.Raw is { } alone ? $"; the client alone: {Range(alone)}" : "";
            text.Append(
                CultureInfo.InvariantCulture, $"- {verdict.Figure.Title}: {verdict.Goal.Text}, reached {Range(verdict.Reached.GetValueOrDefault())}{raw}\n");
        }
    }

    private static void WritePeers(StringBuilder text, SampleSet samples)
    {
        text.Append("\n## All who took part\n\n| | peer | median | least | most | rounds | settings |\n|---|---|---:|---:|---:|---:|---|\n");
        foreach (var figure in samples.Measured(Figures.All))
        {
            var title = $"{figure.Title} [{figure.Unit}]";
            foreach (var peer in samples.Peers(figure))
            {
                var values = samples.Values(figure, peer);
                var (median, min, max) = Spread.Of(values.Values);
                var settings = samples.Settings(figure.Measurement, peer) is { Length: > 0 } told ? $"`{told}`" : "";
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {title} | {peer} | {NumberText.Of(median)} | {NumberText.Of(min)} | {NumberText.Of(max)} | {values.Count} | {settings} |\n");
                title = "";
            }
        }
    }

    private static string Range(Spread spread) => $"{NumberText.Of(spread.Median)} ({NumberText.Of(spread.Min)} to {NumberText.Of(spread.Max)})";
}
