using System.Diagnostics.CodeAnalysis;
using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Results;
using CeleryNet.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;

namespace CeleryNet;

/// <summary>Adds what <c>AddCelery</c> leaves open: tasks and a worker. Not safe for concurrent use.</summary>
public sealed class CeleryBuilder
{
    internal CeleryBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Adds the tasks a class declares, and the class itself as a scoped service unless it is registered already. Each run has an instance of its own, from a service
    /// scope of its own; where all that the class depends on are singletons and it has nothing to dispose, no scope is needed and none is made.
    /// </summary>
    /// <typeparam name="T">A class with methods marked by <see cref="CeleryTaskAttribute"/>.</typeparam>
    /// <exception cref="CeleryConfigurationException">The class has no such methods.</exception>
    public CeleryBuilder AddTasks<T>()
        where T : class
        => AddTasks(typeof(T));

    /// <summary>Adds the tasks a class declares: for static classes, which cannot be type arguments.</summary>
    /// <param name="declaringType">A class with methods marked by <see cref="CeleryTaskAttribute"/>.</param>
    /// <exception cref="CeleryConfigurationException">The class has no such methods.</exception>
    public CeleryBuilder AddTasks(Type declaringType)
    {
        ArgumentNullException.ThrowIfNull(declaringType);
        var registration = TaskRegistrations.Find(declaringType);
        if (registration.InstanceType is { } instanceType)
        {
            var own = ServiceDescriptor.Scoped(instanceType, instanceType);
            Services.TryAdd(own);
            Services.AddSingleton(new AddedTaskClass(instanceType, own));
        }

        foreach (var definition in registration.CreateDefinitions())
        {
            Services.AddSingleton(definition);
        }

        return this;
    }

    /// <summary>Adds a worker, which runs with the host. Its options are bound from the configuration section <c>Celery:Worker</c> first.</summary>
    /// <param name="configure">Changes its options; null leaves them.</param>
    public CeleryBuilder AddWorker(Action<WorkerOptions>? configure = null)
    {
        Services.AddOptions<WorkerOptions>().ValidateOnStart();
        Services.AddSingleton<IConfigureOptions<WorkerOptions>>(provider => new ConfigureOptions<WorkerOptions>(options =>
        {
            if (provider.GetService<IConfiguration>() is { } configuration)
            {
                new OptionsBinding(configuration, "Celery:Worker").Bind(options);
            }
        }));
        if (configure is not null)
        {
            Services.Configure(configure);
        }

        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>());
        Services.TryAddSingleton(WorkerFactory.Create);
        Services.TryAddSingleton<ICeleryWorker>(provider => provider.GetRequiredService<CeleryWorker>());
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WorkerHostedService>(provider => new WorkerHostedService(
            provider.GetRequiredService<CeleryWorker>(),
            provider.GetRequiredService<IOptions<WorkerOptions>>(),
            provider.GetRequiredService<IOptions<CeleryOptions>>().Value.PublishTimeout,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IHostApplicationLifetime>(),
            FailProcess,
            CeleryServiceCollectionExtensions.Loggers(provider).CreateLogger<WorkerHostedService>())));
        return this;
    }

    // Of a Main that returns no code of its own. Whoever has set one knows better what the end means.
    private static void FailProcess()
    {
        if (Environment.ExitCode == 0)
        {
            Environment.ExitCode = 1;
        }
    }

    /// <summary>
    /// Adds a middleware around each message that clients send and workers send for retries. One instance is made, from the container, unless the class is registered
    /// already; of several middleware the first one added is the outermost.
    /// </summary>
    /// <typeparam name="T">The middleware. It must not need <see cref="ICeleryClient"/>, which needs it.</typeparam>
    public CeleryBuilder AddPublishMiddleware<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IPublishMiddleware
    {
        Services.TryAddSingleton<T>();
        Services.AddSingleton<IPublishMiddleware>(provider => provider.GetRequiredService<T>());
        return this;
    }

    /// <summary>
    /// Adds a middleware around the run of each task of this host's worker. It is made for each run from the run's service scope, unless the class is registered otherwise;
    /// of several middleware the first one added is the outermost.
    /// </summary>
    /// <typeparam name="T">The middleware.</typeparam>
    public CeleryBuilder AddTaskMiddleware<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, ITaskMiddleware
    {
        Services.TryAddScoped<T>();
        Services.AddSingleton(new TaskMiddlewareType(typeof(T)));
        return this;
    }

    /// <summary>Adds an observer of the tasks of this host's worker. One instance is made, from the container, unless the class is registered already.</summary>
    /// <typeparam name="T">The observer.</typeparam>
    public CeleryBuilder AddTaskObserver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, ITaskObserver
    {
        Services.TryAddSingleton<T>();
        Services.AddSingleton<ITaskObserver>(provider => provider.GetRequiredService<T>());
        return this;
    }

    /// <summary>
    /// Adds an observer of this host's worker. One instance is made, from the container, unless the class is registered already: a class that observes tasks too is
    /// added twice and made once.
    /// </summary>
    /// <typeparam name="T">The observer.</typeparam>
    public CeleryBuilder AddWorkerObserver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IWorkerObserver
    {
        Services.TryAddSingleton<T>();
        Services.AddSingleton<IWorkerObserver>(provider => provider.GetRequiredService<T>());
        return this;
    }

    /// <summary>
    /// Adds a result backend: it is used by a host whose <see cref="CeleryOptions.ResultBackend"/> has this scheme.
    /// </summary>
    /// <param name="scheme">The scheme of its URLs, without <c>://</c>, in any case; of several backends with one scheme the last one added is used.</param>
    /// <param name="create">Makes it, once, when the first result is stored or asked for. It opens no connection yet.</param>
    /// <exception cref="ArgumentException">The scheme is empty, or one that this library has a backend of its own for.</exception>
    public CeleryBuilder AddResultBackend(string scheme, Func<ResultBackendContext, CeleryResultBackend> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(scheme);
        ArgumentNullException.ThrowIfNull(create);
        var known = ResultBackendRegistration.SchemeOf(scheme);
        if (ResultBackendFactory.Schemes.Contains(known))
        {
            throw new ArgumentException($"The scheme '{known}' is taken; another one than {string.Join(", ", ResultBackendFactory.Schemes)} would work.", nameof(scheme));
        }

        Services.AddSingleton(new ResultBackendRegistration(known, create));
        return this;
    }

    /// <summary>Replaces what is done about the failures of an operation: retries, timeouts, circuit breakers, whatever Polly has or you write.</summary>
    /// <param name="operation">The operation. A second call for the same one replaces the first.</param>
    /// <param name="configure">
    /// Adds the strategies, outermost first, to an empty pipeline, which then runs the operation as it is if none are added. Called once; for
    /// <see cref="CeleryOperation.Connect"/> and <see cref="CeleryOperation.Consume"/> once for each connection and consumer.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such operation.</exception>
    /// <remarks>
    /// A publish is bounded by <see cref="CeleryOptions.PublishTimeout"/> and storing a result by the worker's shutdown, whatever the strategies do. A strategy that
    /// gives up (an open circuit, a timeout) makes a publish fail with a <see cref="BrokerUnavailableException"/> that has the strategy's exception inside.
    /// </remarks>
    public CeleryBuilder ConfigureResilience(CeleryOperation operation, Action<ResiliencePipelineBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return ConfigureResilience(operation, (pipeline, _) => configure(pipeline));
    }

    /// <inheritdoc cref="ConfigureResilience(CeleryOperation, Action{ResiliencePipelineBuilder})" path="/summary" />
    /// <param name="operation">The operation. A second call for the same one replaces the first.</param>
    /// <param name="configure">
    /// Adds the strategies, outermost first, to an empty pipeline. The context has the host's services, and with it
    /// <see cref="CeleryResiliencePipelineBuilderExtensions.AddCeleryDefault(ResiliencePipelineBuilder, CeleryResilienceContext)"/> adds the library's own strategies
    /// among them. Called once; for <see cref="CeleryOperation.Connect"/> and <see cref="CeleryOperation.Consume"/> once for each connection and consumer.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such operation.</exception>
    public CeleryBuilder ConfigureResilience(CeleryOperation operation, Action<ResiliencePipelineBuilder, CeleryResilienceContext> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        if (!Enum.IsDefined(operation))
        {
            throw new ArgumentOutOfRangeException(nameof(operation), operation, "There is no such operation.");
        }

        Services.AddSingleton(new CustomPipeline(operation, configure));
        return this;
    }
}
