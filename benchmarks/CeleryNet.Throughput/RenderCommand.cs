using System.CommandLine;
using System.Text.Json;
using CeleryNet.Throughput.Report;

namespace CeleryNet.Throughput;

/// <summary>The command that makes charts and tables of a run, for the documentation.</summary>
internal static class RenderCommand
{
    private const string Tables = "tables.md";

    public static Command Create()
    {
        var json = new Argument<FileInfo>("JSON") { Description = "What --json of a run has written" }.AcceptExistingOnly();
        var folder = new Argument<DirectoryInfo>("DIR") { Description = $"Where the charts (*.svg) and {Tables} go" };
        var command = new Command("render", "Makes charts and tables of a run.") { json, folder };
        command.SetAction((parsed, cancellationToken) => RenderAsync(parsed.GetRequiredValue(json), parsed.GetRequiredValue(folder), cancellationToken));
        return command;
    }

    private static async Task<int> RenderAsync(FileInfo json, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        SavedRun run;
        try
        {
            run = await SavedRun.ReadAsync(json.FullName, cancellationToken);
        }
        catch (JsonException error)
        {
            await Console.Error.WriteLineAsync($"{json}: not what --json of a run writes: {error.Message}");
            return 1;
        }

        var samples = run.ToSamples();
        folder.Create();
        foreach (var chart in Chart.All)
        {
            var path = Path.Combine(folder.FullName, chart.File);
            if (samples.Measured(Figures.All.Where(chart.Shows)).ToArray() is { Length: > 0 } figures)
            {
                await File.WriteAllTextAsync(path, BarChart.Write(chart, figures, samples), cancellationToken);
            }
            else
            {
                await Console.Error.WriteLineAsync($"{path} stays as it was: the run has measured nothing of it.");
            }
        }

        await File.WriteAllTextAsync(Path.Combine(folder.FullName, Tables), MarkdownTables.Write(run, samples), cancellationToken);
        return 0;
    }
}
