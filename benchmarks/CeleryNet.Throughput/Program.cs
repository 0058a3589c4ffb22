// Measures CeleryNet against Python's Celery and against the clients alone, in turns:
// `dotnet run -c Release --project benchmarks/CeleryNet.Throughput -- [--quick] [--check] [--json FILE] [--figure NAME ...] [--rounds N]`.
// `… -- render JSON DIR` makes charts and tables of what `--json` has written.
// Exit codes: 0 measured; 1 interrupted, a turn failed, or, with --check, a goal was missed that compares peers, or there is nothing to render; 2 the command line is wrong or something is not installed.
using System.CommandLine;
using CeleryNet.Throughput;

var command = BenchCommand.Create();
command.Add(RenderCommand.Create());
command.Add(PeerCommands.Worker());
command.Add(PeerCommands.Publisher());
command.Add(PeerCommands.Caller());
command.Add(PeerCommands.Awaiter());
var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    await parsed.InvokeAsync();
    return 2;
}

// Whoever interrupts a run wants its servers gone, which may have to come up first.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
