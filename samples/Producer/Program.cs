// Sends tasks to whatever worker serves the queue and prints what they return:
// `dotnet run --project samples/Producer -- --broker redis://localhost:6379/0 --result-backend redis://localhost:6379/0`.
// Exit codes: 0 every task ended as it should, 1 one did not, or an option's value is refused, 2 the command line is wrong.
using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using CeleryNet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SampleProducer;

var broker = new Option<string?>("--broker", "-b")
{
    Description = "URL of the broker; without it the environment's CELERY_BROKER_URL",
    HelpName = "URL",
};
var resultBackend = new Option<string?>("--result-backend")
{
    Description = "URL of the result backend; without it the environment's CELERY_RESULT_BACKEND",
    HelpName = "URL",
};
var command = new RootCommand("Sends the sample tasks and prints their results.") { broker, resultBackend };
command.Validators.Add(result => Require(result, broker, "CELERY_BROKER_URL"));
command.Validators.Add(result => Require(result, resultBackend, "CELERY_RESULT_BACKEND"));
command.SetAction(RunAsync);
var parsed = command.Parse(args);
if (parsed.Action is ParseErrorAction)
{
    await Console.Error.WriteLineAsync(string.Join('\n', parsed.Errors.Select(error => error.Message)) + "\n--help lists the options.");
    return 2;
}

return await parsed.InvokeAsync();

async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.Services.AddCelery(celery =>
    {
        celery.Broker = arguments.GetValue(broker) ?? celery.Broker;
        celery.ResultBackend = arguments.GetValue(resultBackend) ?? celery.ResultBackend;
    });
    using var host = builder.Build();
    try
    {
        await SendAsync(host.Services.GetRequiredService<ICeleryClient>(), cancellationToken);
        return 0;
    }
    catch (Exception error) when (error is CeleryException or OptionsValidationException)
    {
        await Console.Error.WriteLineAsync(error.Message);
        return 1;
    }
}

static async Task SendAsync(ICeleryClient client, CancellationToken cancellationToken)
{
    var timeout = TimeSpan.FromSeconds(30);

    // A call is sent at once and its result fetched when it is needed.
    var sum = await client.SendAsync(IPythonTasks.Signatures.Add(2, 3), cancellationToken);
    var product = await client.SendAsync(IPythonTasks.Signatures.Mul(6, 7), cancellationToken);
    var total = await client.SendAsync(IPythonTasks.Signatures.Sum([1, 2.5m, 4]), cancellationToken);
    var text = await client.SendAsync(IPythonTasks.Signatures.ProcessData("report.csv"), cancellationToken);
    Console.WriteLine($"tasks.add(2, 3)                         {await sum.GetAsync(timeout, cancellationToken)}");
    Console.WriteLine($"tasks.mul(6, 7)                         {await product.GetAsync(timeout, cancellationToken)}");
    Console.WriteLine($"tasks.tsum([1, 2.5, 4])                 {await total.GetAsync(timeout, cancellationToken)}");
    Console.WriteLine($"tasks.process_data(data=\"report.csv\")   {await text.GetAsync(timeout, cancellationToken)}");

    // Not before two seconds from now, and not after a minute from now.
    var later = IPythonTasks.Signatures.Add(2.5m, 3).With(countdown: TimeSpan.FromSeconds(2), expires: TimeSpan.FromMinutes(1));
    var late = await client.SendAsync(later, cancellationToken);
    Console.WriteLine($"tasks.add(2.5, 3) two seconds later     {await late.GetAsync(timeout, cancellationToken)}");

    // A task that nobody declared here.
    var echo = await client.SendTaskAsync("tasks.echo", args: ["Grüße"], cancellationToken: cancellationToken);
    Console.WriteLine($"tasks.echo(\"Grüße\")                     {await echo.GetAsync(timeout, cancellationToken)}");

    // Python's ValueError is an ArgumentException here.
    var failure = await client.SendAsync(IPythonTasks.Signatures.Fail("no such file"), cancellationToken);
    try
    {
        await failure.GetAsync(timeout, cancellationToken);
    }
    catch (RemoteTaskException error) when (error.InnerException is ArgumentException)
    {
        Console.WriteLine($"tasks.fail(\"no such file\")              {error.ExceptionType}: {error.ExceptionMessage}");
    }
}

static void Require(CommandResult result, Option<string?> option, string variable)
{
    if (result.GetValue(option) is null && Environment.GetEnvironmentVariable(variable) is null)
    {
        result.AddError($"Give {option.Name} URL or set {variable}, for example redis://localhost:6379/0.");
    }
}
