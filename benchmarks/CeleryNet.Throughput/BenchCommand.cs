using System.CommandLine;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Measurements;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Processes;
using CeleryNet.Throughput.Report;

namespace CeleryNet.Throughput;

/// <summary>The command that people run.</summary>
internal static class BenchCommand
{
    private const int Rounds = 5;
    private const int QuickRounds = 2;

    public static RootCommand Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer rounds and smaller counts: a run of less than four minutes" };
        var check = new Option<bool>("--check") { Description = "Exit with 1 when a goal that compares peers is missed" };
        var json = new Option<string?>("--json") { Description = "A file for every sample, the goals and the machine", HelpName = "FILE" };
        var text = new Option<string?>("--text") { Description = "A file for the tables, written after each round", HelpName = "FILE" };
        var figure = new Option<string[]>("--figure")
        {
            Description = $"Measure these alone, by names or their beginnings: {string.Join(", ", MeasurementList.Names)}",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        figure.Validators.Add(option =>
        {
            foreach (var name in option.Tokens.Select(token => token.Value).Where(name => !MeasurementList.Names.Any(known => Matches(known, name))))
            {
                option.AddError($"--figure {name}: no name begins so; there are {string.Join(", ", MeasurementList.Names)}.");
            }
        });
        var rounds = new Option<int?>("--rounds") { Description = $"How many rounds; {Rounds}, or {QuickRounds} with --quick, when not given" };
        rounds.Validators.Add(option =>
        {
            if (option.GetValueOrDefault<int?>() < 1)
            {
                option.AddError("--rounds must be 1 or more.");
            }
        });
        var brokers = List("--brokers", "Which brokers", ["redis", "amqp"]);
        var peers = List("--peers", "Which peers", ["celerynet", "celery", "raw"]);
        var native = new Option<bool>("--native") { Description = "Compile the sample's worker ahead of time, which takes minutes, and measure its start, memory and size too" };
        var python = new Option<string>("--python")
        {
            Description = "The Python that can import Celery; without it the environment's CELERY_PYTHON, or the system's",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("CELERY_PYTHON") ?? "/usr/bin/python3",
        };
        var command = new RootCommand("Measures CeleryNet against Python's Celery and against the clients alone, in turns.")
        {
            quick, check, json, text, figure, rounds, brokers, peers, native, python,
        };
        command.SetAction((parsed, cancellationToken) => RunUntilInterruptedAsync(
            new BenchArguments(
                parsed.GetValue(quick),
                parsed.GetValue(check),
                parsed.GetValue(json),
                parsed.GetValue(text),
                parsed.GetValue(figure) ?? [],
                parsed.GetValue(rounds) ?? (parsed.GetValue(quick) ? QuickRounds : Rounds),
                Split(parsed.GetValue(brokers)!),
                Split(parsed.GetValue(peers)!).Select(name => Enum.Parse<PeerFamily>(name, ignoreCase: true)).ToHashSet(),
                parsed.GetValue(native),
                parsed.GetValue(python)!),
            cancellationToken));
        return command;
    }

    private static Option<string> List(string name, string description, string[] all)
    {
        var option = new Option<string>(name) { Description = $"{description}, with commas: {string.Join(',', all)}", DefaultValueFactory = _ => string.Join(',', all) };
        option.Validators.Add(result =>
        {
            foreach (var wrong in Split(result.GetValueOrDefault<string>() ?? "").Except(all))
            {
                result.AddError($"{name} {wrong}: there are {string.Join(", ", all)}.");
            }
        });
        return option;
    }

    private static HashSet<string> Split(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static bool Matches(string name, string wanted) => name.StartsWith(wanted, StringComparison.Ordinal);

    private static async Task<int> RunUntilInterruptedAsync(BenchArguments arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(arguments, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Interrupted.");
            return 1;
        }
    }

    private static async Task<int> RunAsync(BenchArguments arguments, CancellationToken cancellationToken)
    {
        var tools = await Tools.FindAsync(arguments, cancellationToken);
        if (tools.Missing.Count > 0)
        {
            await Console.Error.WriteLineAsync($"Please install: {string.Join(' ', tools.Missing)} (names of Debian's packages)");
            return 2;
        }

        if (!tools.HasGevent && arguments.Peers.Contains(PeerFamily.Celery))
        {
            await Console.Error.WriteLineAsync("celery-gevent takes no part: this Python has no gevent (Debian's package python3-gevent).");
        }

        using var native = arguments.Native ? await NativeProgram.PublishAsync(cancellationToken) : null;
        await using var servers = await Servers.StartAsync(arguments.Brokers.Contains("amqp"), cancellationToken);
        var machine = MachineInfo.Read(tools.Versions.Concat(servers.Versions).ToDictionary());
        var bench = new Bench(servers, new Launcher(arguments.Python), new Scale(arguments.Quick));
        var measurements = MeasurementList.Create(bench, arguments.Quick, arguments.Brokers.Contains("redis"), tools.HasGevent, native)
            .Where(measurement => arguments.Figures.Count == 0 || arguments.Figures.Any(wanted => Matches(measurement.Name, wanted)));
        var run = new BenchRun([.. measurements], arguments.Peers, arguments.Rounds, Console.Error);
        await run.RunAsync(WriteFilesAsync, cancellationToken);
        await Console.Out.WriteAsync(TextReport.Write(machine, run.Samples));
        return Judge(arguments, run);

        async Task WriteFilesAsync()
        {
            if (arguments.Json is { } json)
            {
                await JsonReport.WriteAsync(json, machine, run.Samples, run.Failures);
            }

            if (arguments.Text is { } text)
            {
                await File.WriteAllTextAsync(text, TextReport.Write(machine, run.Samples), cancellationToken);
            }
        }
    }

    private static int Judge(BenchArguments arguments, BenchRun run)
    {
        foreach (var failure in run.Failures)
        {
            Console.Error.WriteLine($"FAILED {failure}");
        }

        var missed = Figures.All.SelectMany(figure => Verdict.Of(figure, run.Samples)).Where(verdict => verdict.IsMissed).ToArray();
        foreach (var verdict in missed)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"MISSED {verdict.Figure.Title}: {verdict.Goal.Text}, reached {verdict.Reached!.Value.Median:0.###}{(verdict.Goal.IsRelative ? "" : " (shown only: it depends on the machine)")}"));
        }

        return run.Failures.Count > 0 || (arguments.Check && missed.Any(verdict => verdict.Goal.IsRelative)) ? 1 : 0;
    }
}
