using CeleryNet;
using CeleryNet.Client;
using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Results;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.Transports;
using CeleryNet.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds CeleryNet to a host.</summary>
public static class CeleryServiceCollectionExtensions
{
    /// <summary>
    /// Adds the client (<see cref="ICeleryClient"/>), the dead letters (<see cref="IDeadLetters"/>), the events (<see cref="ICeleryEvents"/>) and what it shares with a worker. Its options are bound from the configuration section
    /// <c>Celery</c> first; Celery's own names (<c>broker_url</c>, the environment's <c>CELERY_BROKER_URL</c>) are accepted too.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the options; null leaves them.</param>
    /// <returns>Adds tasks and a worker.</returns>
    public static CeleryBuilder AddCelery(this IServiceCollection services, Action<CeleryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<CeleryOptions>().ValidateOnStart();
        services.AddSingleton<IConfigureOptions<CeleryOptions>>(provider => new ConfigureOptions<CeleryOptions>(options =>
        {
            if (provider.GetService<IConfiguration>() is { } configuration)
            {
                new OptionsBinding(configuration, "Celery").Bind(options);
                new TransportOptionsBinding(configuration).Bind(options);
            }
        }));
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CeleryOptions>, CeleryOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ResiliencePipelines(
            ResilienceSettings.Of(Options(provider)),
            provider.GetRequiredService<TimeProvider>(),
            CustomPipeline.Merge(provider.GetServices<CustomPipeline>()),
            provider));
        services.TryAddSingleton(provider => ContentCodecs.Create(
            Options(provider), provider.GetServices<CelerySerializer>(), provider.GetServices<CeleryCompression>()));
        services.TryAddSingleton(WorkerFactory.CreateHooks);
        services.TryAddSingleton(provider => new UnscopedTaskClasses(services, provider.GetServices<AddedTaskClass>()));
        services.TryAddSingleton(provider => Options(provider).AlwaysEager
            ? new EagerTransport(
                TransportFactory.CreateMemory(provider.GetRequiredService<TimeProvider>(), Loggers(provider)), () => WorkerFactory.CreateHandler(provider))
            : TransportFactory.Create(
                Options(provider), provider.GetRequiredService<ResiliencePipelines>(), provider.GetRequiredService<TimeProvider>(), Loggers(provider)));
        services.TryAddSingleton(provider => ResultBackendFactory.Create(
            Options(provider),
            provider.GetRequiredService<ITransport>(),
            provider.GetRequiredService<ContentCodecs>().Results,
            provider.GetRequiredService<ResiliencePipelines>(),
            provider.GetRequiredService<TimeProvider>(),
            Loggers(provider),
            provider));
        services.TryAddSingleton(provider => new ResultAccess(
            provider.GetRequiredService<IResultBackend>(),
            CeleryJson.Complete(Options(provider).SerializerOptions, Options(provider).MaxDepth),
            Options(provider).ResultExpires > TimeSpan.Zero ? Options(provider).ResultExpires : Timeout.InfiniteTimeSpan,
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new PublishPipeline(provider.GetServices<IPublishMiddleware>()));
        services.TryAddSingleton(_ => new LamportClock());
        services.TryAddSingleton(EventFactory.CreateSent);
        services.TryAddSingleton(CreateClient);
        services.TryAddSingleton<ICeleryClient>(provider => provider.GetRequiredService<CeleryClient>());
        services.TryAddSingleton(provider => provider.GetRequiredService<CeleryClient>().Canvas);
        services.TryAddSingleton<IDeadLetters>(provider => new DeadLetters(
            provider.GetRequiredService<ITransport>().DeadLetters,
            new QueueCatalog(Options(provider)),
            Options(provider).PublishTimeout,
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ICeleryEvents>(EventFactory.CreateReceiver);
        return new CeleryBuilder(services);
    }

    private static CeleryClient CreateClient(IServiceProvider provider) => CreateClient(provider, Options(provider) is { AlwaysEager: true, EagerPropagates: true });

    // A task has not failed because one that comes after it did, be it that this was run at once.
    internal static CanvasSender CreateWorkerSender(IServiceProvider provider) => CreateClient(provider, throwsFailures: false).Canvas;

    private static CeleryClient CreateClient(IServiceProvider provider, bool throwsFailures)
    {
        var options = Options(provider);
        return new CeleryClient(
            CreatePublisher(provider),
            CreateWriter(provider),
            new TaskRouter(options),
            ControlFactory.CreateRevokeSender(provider),
            provider.GetRequiredService<ResultAccess>(),
            provider.GetRequiredService<TimeProvider>(),
            new ClientOptions
            {
                DefaultPriority = options.DefaultPriority,
                InheritParentPriority = options.InheritParentPriority,
                HideArguments = options.HideArguments,
                Zone = options.FindTimeZone(),
                UsesLinks = options.TaskProtocol == 1,
                ThrowsFailures = throwsFailures,
                // Where sending is running, one task runs after another, as the calls one by one would.
                PublishConcurrency = options.AlwaysEager ? 1 : options.PublishConcurrency,
            },
            provider.GetRequiredService<PublishPipeline>(),
            provider.GetRequiredService<SentEventsHolder>().Events);
    }

    internal static TaskPublisher CreatePublisher(IServiceProvider provider)
    {
        var options = Options(provider);
        return new(
            provider.GetRequiredService<ITransport>(),
            options.AlwaysEager ? Timeout.InfiniteTimeSpan : options.PublishTimeout,
            provider.GetRequiredService<TimeProvider>(),
            options.PublishRetry,
            options.PublishRetryPolicy,
            provider.GetRequiredService<ResiliencePipelines>());
    }

    internal static TaskMessageWriter CreateWriter(IServiceProvider provider)
    {
        var content = provider.GetRequiredService<ContentCodecs>();
        return new(provider.GetRequiredService<ResultAccess>().SerializerOptions, ProcessOrigin.Create(), content.Tasks, content.Format);
    }

    // A bare container may have no logging.
    internal static ILoggerFactory Loggers(IServiceProvider provider) => provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    private static CeleryOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<CeleryOptions>>().Value;
}
