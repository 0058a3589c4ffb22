using System.Text;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Tasks;

namespace CeleryNet.Generators.Tests;

/// <summary>Runs a task definition with the arguments of a message, as a worker does.</summary>
internal static class TaskRunner
{
    public static async Task<object?> RunAsync(
        this TaskDefinition definition, string args = "[]", string kwargs = "{}", object? target = null, bool isCancelled = false, TaskFailure? failure = null)
    {
        var body = new TaskBody(Encoding.UTF8.GetBytes(args), Encoding.UTF8.GetBytes(kwargs), TaskEmbed.Empty);
        var cancellation = new TaskCancellation();
        if (isCancelled)
        {
            cancellation.TryCancel(CancellationReason.Shutdown);
        }

        var context = new TaskContext("id-1", definition.Name, cancellation) { RootId = "id-1", Hostname = "celery@test" };
        var call = new TaskInvocation(definition, body, CeleryJson.Complete(null), context, new OneService(target)) { Failure = failure! };
        return (await definition.Invoke(call)).AsObject();
    }

    private sealed class OneService(object? service) : ITaskScopeFactory, ITaskScope, IServiceProvider
    {
        public IServiceProvider Services => this;

        public ITaskScope CreateScope() => this;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(service) ? service : null;
    }
}
