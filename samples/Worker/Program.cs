// A worker for any Celery deployment: `dotnet run --project samples/Worker -- --broker redis://localhost:6379/0 --result-backend redis://localhost:6379/0`.
// Exit codes: 0 stopped, 1 stopped in the middle of tasks (see docs/worker.md) or an option's value is refused, 2 the command line is wrong.
using System.CommandLine;
using System.CommandLine.Invocation;
using CeleryNet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using SampleWorker;

var commandLine = new WorkerArguments();
commandLine.Command.SetAction(RunAsync);
var parsed = commandLine.Command.Parse(args);
if (parsed.Action is ParseErrorAction)
{
    await Console.Error.WriteLineAsync(string.Join('\n', parsed.Errors.Select(error => error.Message)) + "\n--help lists the options.");
    return 2;
}

// The host listens to SIGTERM and Ctrl+C, so the command line library must not.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Logging.ClearProviders()
        .SetMinimumLevel(commandLine.MinimumLevel(arguments))
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
        });
    // Standard output is for the one line that says the worker is ready.
    builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    builder.Services.AddCelery(celery =>
        {
            celery.SerializerOptions = SampleJson.Default.Options;
            commandLine.Apply(arguments, celery);
        })
        .AddTasks<SampleTasks>()
        .AddWorker(worker => commandLine.Apply(arguments, worker));

    using var host = builder.Build();
    ICeleryWorker worker;
    try
    {
        // The host would do both when it starts, and log a wrong option with its stack trace.
        host.Services.GetRequiredService<IStartupValidator>().Validate();
        worker = host.Services.GetRequiredService<ICeleryWorker>();
    }
    catch (Exception error) when (error is OptionsValidationException or CeleryConfigurationException or AggregateException)
    {
        var errors = error is AggregateException several ? [.. several.InnerExceptions] : new[] { error };
        await Console.Error.WriteLineAsync(string.Join('\n', errors.Select(each => each.Message)));
        return 1;
    }

    await host.StartAsync(cancellationToken);
    var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
    try
    {
        await worker.WaitUntilReadyAsync(stopping);
        Console.WriteLine($"{worker.Hostname} ready: queues {string.Join(", ", worker.Queues)}");
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        // Stopped before the broker could be reached.
    }

    await host.WaitForShutdownAsync(cancellationToken);
    return Environment.ExitCode;
}
