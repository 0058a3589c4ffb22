using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Throughput.Work;

/// <summary>A client as a program without a host would make it.</summary>
internal static class CeleryNetClient
{
    public static ServiceProvider Create(string broker, string? results, string queue, int window = 1)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddCelery(celery =>
        {
            celery.Broker = broker;
            celery.ResultBackend = results;
            celery.DefaultQueue = queue;
            celery.PublishConcurrency = window;
        });
        return services.BuildServiceProvider();
    }
}
