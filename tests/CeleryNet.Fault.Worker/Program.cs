// A worker for the fault tests: `CeleryNet.Fault.Worker --RunLog DIRECTORY --Celery:Broker URL …`. Every option of the library may follow, by its key.
using CeleryNet;
using CeleryNet.Fault.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.ClearProviders()
    .AddFilter("Microsoft", LogLevel.Warning)
    .AddSimpleConsole(console =>
    {
        console.SingleLine = true;
        console.ColorBehavior = LoggerColorBehavior.Disabled;
        console.TimestampFormat = "HH:mm:ss.fff ";
    });
builder.Services.AddSingleton(_ => new RunLog(builder.Configuration["RunLog"] ?? throw new InvalidOperationException("--RunLog must name a directory.")));
builder.Services.AddCelery().AddTasks<FaultTasks>().AddWorker();

using var host = builder.Build();
await host.StartAsync();
var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
try
{
    await host.Services.GetRequiredService<ICeleryWorker>().WaitUntilReadyAsync(stopping);
    Console.WriteLine("The worker is ready.");
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    // Stopped before the broker could be reached.
}

await host.WaitForShutdownAsync();
