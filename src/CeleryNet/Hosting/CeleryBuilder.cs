using CeleryNet.Hosting;
using CeleryNet.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CeleryNet;

/// <summary>Adds what <c>AddCelery</c> leaves open: tasks and a worker. Not safe for concurrent use.</summary>
public sealed class CeleryBuilder
{
    internal CeleryBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds the tasks a class declares, and the class itself as a scoped service unless it is registered already.</summary>
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
            Services.TryAddScoped(instanceType);
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
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HostOptions>, HostPatience>());
        Services.TryAddSingleton(WorkerFactory.Create);
        Services.TryAddSingleton<ICeleryWorker>(provider => provider.GetRequiredService<CeleryWorker>());
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WorkerHostedService>(provider => new WorkerHostedService(
            provider.GetRequiredService<CeleryWorker>(),
            provider.GetRequiredService<IOptions<WorkerOptions>>(),
            provider.GetRequiredService<IOptions<HostOptions>>(),
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
}
