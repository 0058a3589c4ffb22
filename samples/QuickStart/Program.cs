// A producer and a worker in one process. The broker is in memory, so nothing needs to be installed; with another URL
// (redis://localhost:6379/0, amqp://guest:guest@localhost:5672//) the same code shares its queues with other processes, Python's too.
using CeleryNet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuickStart;

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
// A worker logs the stack trace of a task that fails. One here fails on purpose, and its result shows that well enough.
builder.Logging.AddFilter("CeleryNet.Worker.TaskExecutor", LogLevel.None);
builder.Services.AddCelery(celery => celery.Broker = "memory://")
    .AddTasks<OfficeTasks>()
    .AddWorker(worker => worker.Concurrency = 4);

using var host = builder.Build();
await host.StartAsync();
var worker = host.Services.GetRequiredService<ICeleryWorker>();
await worker.WaitUntilReadyAsync();
Console.WriteLine($"Worker {worker.Hostname} waits for tasks in the queue {string.Join(", ", worker.Queues)}.");

// The generator has made a typed factory for each task: a wrong argument does not compile.
var client = host.Services.GetRequiredService<ICeleryClient>();
var summary = await client.SendAsync(OfficeTasks.Signatures.ProcessData([3, 1, 4, 1, 5]));
var email = await client.SendAsync(OfficeTasks.Signatures.SendEmail("ada@example.org", "Your report is ready"));
var size = await client.SendAsync(OfficeTasks.Signatures.Resize(new Size(4000, 3000), width: 800));
var charge = await client.SendAsync(OfficeTasks.Signatures.Charge(customer: 7, amount: 9.90m));
Console.WriteLine();
Console.WriteLine("Sent four tasks; a state is PENDING until the worker has run the task:");
await ShowStateAsync("process_data", summary);
await ShowStateAsync("send_email", email);
await ShowStateAsync("resize", size);
await ShowStateAsync("charge", charge);

Console.WriteLine();
Console.WriteLine("Waiting for the results:");
var timeout = TimeSpan.FromSeconds(10);
var found = await summary.GetAsync(timeout);
await ShowResultAsync("process_data", summary, $"{found.Count} numbers, sum {found.Sum}, largest {found.Largest}");
await email.WaitAsync(timeout);
await ShowResultAsync("send_email", email, "sent; the task returns nothing");
var (width, height) = await size.GetAsync(timeout);
await ShowResultAsync("resize", size, $"{width} x {height} pixels");
try
{
    await ShowResultAsync("charge", charge, await charge.GetAsync(timeout));
}
catch (RemoteTaskException error)
{
    // Under its name in Python: this is what a Python caller of the task would catch.
    await ShowResultAsync("charge", charge, $"{error.ExceptionType}: {error.ExceptionMessage} (meant to fail)");
}

await host.StopAsync();
Console.WriteLine();
Console.WriteLine("Done. samples/Worker and samples/Producer are the two halves for Redis and RabbitMQ.");

static async Task ShowStateAsync(string name, AsyncResult result)
    => Console.WriteLine($"  {name,-13} {await result.GetStateAsync(),-8} id {result.Id}");

static async Task ShowResultAsync(string name, AsyncResult result, string text)
    => Console.WriteLine($"  {name,-13} {await result.GetStateAsync(),-8} {text}");
