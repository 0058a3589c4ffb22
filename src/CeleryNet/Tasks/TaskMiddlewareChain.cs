using CeleryNet.Extensibility;

namespace CeleryNet.Tasks;

/// <summary>The middleware around every run, in their order. They are asked of the run's services by their types.</summary>
internal sealed class TaskMiddlewareChain(IEnumerable<Type> types)
{
    private readonly Type[] _types = [.. types];

    public static TaskMiddlewareChain Empty { get; } = new([]);

    public bool IsEmpty => _types.Length == 0;

    /// <summary>Runs a task within its middleware.</summary>
    public ValueTask<TaskValue> InvokeAsync(TaskInvocation invocation, IServiceProvider services)
    {
        var run = new TaskRun(invocation, services);
        return At(0)();

        TaskDelegate At(int index) => () => index == _types.Length
            ? invocation.Definition.Invoke(invocation)
            : Find(services, _types[index]).InvokeAsync(run, At(index + 1));
    }

    private static ITaskMiddleware Find(IServiceProvider services, Type type)
        => (ITaskMiddleware?)services.GetService(type) ?? throw new CeleryConfigurationException($"The task middleware {type} is not registered any more; AddTaskMiddleware registers it.");
}
