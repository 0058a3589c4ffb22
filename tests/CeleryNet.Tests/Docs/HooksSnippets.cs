using System.Diagnostics.Metrics;
using System.Net;
using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// The code of docs/hooks.md, to be compiled.
namespace CeleryNet.Tests.Docs.Hooks;

internal static class Registration
{
    public static void Add(HostApplicationBuilder builder)
    {
        builder.Services.AddCelery(celery => celery.Broker = "amqp://guest@localhost//")
            .AddTasks<Greetings>()
            .AddPublishMiddleware<SendTenant>()
            .AddTaskMiddleware<ReadTenant>()
            .AddTaskMiddleware<TranslateErrors>()
            .AddTaskObserver<TaskMetrics>()
            .AddWorkerObserver<Announcer>()
            .AddWorker();
    }
}

public sealed class Greetings
{
    [CeleryTask("docs.hello")]
    public static string Hello(string name) => $"Hello {name}";
}

public interface ITenantSource
{
    string? Current { get; }
}

public sealed class TenantOfRun
{
    public string? Name { get; set; }
}

public interface IWorkspace
{
    Task DeleteAsync(TaskId taskId);
}

public sealed class SendTenant(ITenantSource tenants) : IPublishMiddleware
{
    public async ValueTask PublishAsync(PublishContext context, PublishDelegate next, CancellationToken cancellationToken)
    {
        if (context.TaskName.StartsWith("billing.", StringComparison.Ordinal) && tenants.Current is null)
        {
            throw new InvalidOperationException("Billing needs a tenant.");
        }

        await next(context.WithHeader("tenant", tenants.Current ?? "none"), cancellationToken);
    }
}

public sealed class ReadTenant(TenantOfRun tenant) : ITaskMiddleware
{
    public async ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next)
    {
        // The task's class gets the same TenantOfRun: both come from the scope of this run.
        tenant.Name = run.Context.Headers.TryGetValue("tenant", out var name) ? name.GetString() : null;
        return await next();
    }
}

public sealed class TranslateErrors : ITaskMiddleware
{
    public async ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next)
    {
        try
        {
            return await next();
        }
        catch (HttpRequestException error) when (error.StatusCode == HttpStatusCode.TooManyRequests)
        {
            throw run.Context.Retry(TimeSpan.FromMinutes(1), exception: error);
        }
        catch (HttpRequestException error)
        {
            throw new InvalidOperationException($"{run.Definition.Name} could not reach its service.", error);
        }
    }
}

public sealed class TaskMetrics(IMeterFactory meters) : ITaskObserver
{
    private readonly Histogram<double> _durations = meters.Create("tasks").CreateHistogram<double>("duration", "s");

    public ValueTask OnFinishedAsync(TaskCompletion completion, CancellationToken cancellationToken)
    {
        _durations.Record(
            completion.Elapsed.TotalSeconds,
            new KeyValuePair<string, object?>("task", completion.Task.TaskName),
            new KeyValuePair<string, object?>("state", completion.State?.Name ?? "requeued"));
        return ValueTask.CompletedTask;
    }
}

#pragma warning disable CA1848, CA1873 // Programs may log the plain way.
public sealed class Announcer(ILogger<Announcer> logger) : IWorkerObserver
{
    public ValueTask OnReadyAsync(ICeleryWorker worker, CancellationToken cancellationToken)
    {
        logger.LogInformation("{Worker} consumes {Queues}", worker.Hostname, string.Join(", ", worker.Queues));
        return ValueTask.CompletedTask;
    }
}
#pragma warning restore CA1848, CA1873

public sealed class Cleanup(IWorkspace workspace) : ITaskMiddleware
{
    public async ValueTask<TaskValue> InvokeAsync(TaskRun run, TaskDelegate next)
    {
        if (!run.Definition.Name.StartsWith("video.", StringComparison.Ordinal))
        {
            return await next();
        }

        try
        {
            return await next();
        }
        finally
        {
            await workspace.DeleteAsync(run.Context.Id);
        }
    }
}
