using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Throughput.Work;

/// <summary>A client as a program without a host would make it.</summary>
internal static class CeleryNetClient
{
    public static ServiceProvider Create(string broker, string? results, string queue)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddCelery(celery =>
        {
            celery.Broker = broker;
            celery.ResultBackend = results;
            celery.DefaultQueue = queue;
        });
        return services.BuildServiceProvider();
    }
}
