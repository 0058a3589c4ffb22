// Runs very many tasks in one process, a client and a worker, and looks whether its memory stays flat: `tests/run.sh --soak [count]`.
// Exit codes: 0 flat and nothing lost, 1 not, 2 the command line is wrong.
using System.CommandLine;
using CeleryNet.Soak;

var broker = new Option<string>("--broker") { Description = "URL of the broker", Required = true };
var results = new Option<string>("--result-backend") { Description = "URL of the result backend", Required = true };
var tasks = new Option<int>("--tasks") { Description = "How many tasks to run", DefaultValueFactory = _ => 1_000_000 };
var command = new RootCommand("Runs very many tasks and looks whether memory stays flat.") { broker, results, tasks };
command.Validators.Add(parsed =>
{
    if (parsed.GetValue(tasks) < Soak.Samples)
    {
        parsed.AddError($"--tasks must be {Soak.Samples} or more: memory is looked at so many times.");
    }
});
command.SetAction(async (parsed, cancellationToken) =>
{
    var soak = new Soak(parsed.GetRequiredValue(broker), parsed.GetRequiredValue(results), parsed.GetValue(tasks), Console.Out);
    return await soak.RunAsync(cancellationToken) ? 0 : 1;
});

var arguments = command.Parse(args);
var exitCode = await arguments.InvokeAsync();
return arguments.Errors.Count > 0 ? 2 : exitCode;
