using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Tasks;

namespace CeleryNet.Extensibility;

/// <summary>One run of a task, as generated code sees it: the arguments to bind and what can be injected. Used by one run only.</summary>
public sealed class TaskInvocation
{
    private readonly ITaskScopeFactory _scopes;

    internal TaskInvocation(TaskDefinition definition, TaskBody body, JsonSerializerOptions serializerOptions, TaskContext context, ITaskScopeFactory scopes)
    {
        Definition = definition;
        Body = body;
        SerializerOptions = serializerOptions;
        Context = context;
        _scopes = scopes;
    }

    /// <summary>The task that is run.</summary>
    public TaskDefinition Definition { get; }

    /// <summary>For a <see cref="TaskContext"/> parameter.</summary>
    public TaskContext Context { get; }

    /// <summary>For a <see cref="System.Threading.CancellationToken"/> parameter.</summary>
    public CancellationToken CancellationToken => Context.CancellationToken;

    /// <summary>For a <see cref="TaskFailure"/> parameter.</summary>
    /// <exception cref="InvalidOperationException">The task is no error callback.</exception>
    public TaskFailure Failure
    {
        get => field ?? throw new InvalidOperationException($"Task '{Definition.Name}' was not called with the failure of another.");
        internal init;
    }

    internal JsonSerializerOptions SerializerOptions { get; }

    internal TaskBody Body { get; }

    /// <summary>The scope of the run's services; null as long as nobody has asked for any.</summary>
    internal ITaskScope? Scope { get; private set; }

    internal IServiceProvider Services => (Scope ??= _scopes.CreateScope()).Services;

    /// <summary>Matches the message's arguments to the parameters, as a Python call does.</summary>
    /// <exception cref="TaskArgumentException">Too many, too few, unknown, or given twice.</exception>
    public BoundArguments BindArguments() => ArgumentBinder.Bind(this, Body);

    /// <summary>The instance that runs the task, from a service scope of this run's own unless it needs none.</summary>
    /// <typeparam name="T">The class that declares the task.</typeparam>
    /// <exception cref="CeleryConfigurationException">The class is not registered.</exception>
    public T GetTarget<T>()
        where T : class
        => (T?)((Scope is null ? _scopes.CreateWithoutScope(typeof(T)) : null) ?? Services.GetService(typeof(T))) ?? throw new CeleryConfigurationException(
            $"Task '{Definition.Name}' needs an instance of {typeof(T)}, which is not registered; AddTasks<{typeof(T).Name}>() registers it.");
}
