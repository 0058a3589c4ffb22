// Measures CeleryNet against Python's Celery and against the clients alone, in turns:
// `dotnet run -c Release --project benchmarks/CeleryNet.Throughput -- [--quick] [--check] [--json FILE] [--figure NAME ...] [--rounds N]`.
// Exit codes: 0 measured, 1 a turn failed or, with --check, a goal was missed that compares peers, 2 the command line is wrong or something is not installed.
using System.CommandLine;
using CeleryNet.Throughput;

var command = BenchCommand.Create();
command.Add(PeerCommands.Worker());
command.Add(PeerCommands.Publisher());
command.Add(PeerCommands.Caller());
var parsed = command.Parse(args);
return parsed.Errors.Count > 0 ? await parsed.InvokeAsync() | 2 : await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
