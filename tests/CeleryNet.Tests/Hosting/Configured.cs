using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CeleryNet.Tests.Hosting;

/// <summary>Services with a configuration of these keys and nothing else.</summary>
internal static class Configured
{
    public static ServiceProvider Services(
        IEnumerable<KeyValuePair<string, string?>> settings, Action<CeleryOptions>? celery = null, Action<WorkerOptions>? worker = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddCelery(celery).AddWorker(worker);
        return services.BuildServiceProvider();
    }

    public static T Options<T>(params IEnumerable<(string Key, string Value)> settings)
        where T : class
    {
        using var services = Services(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        return services.GetRequiredService<IOptions<T>>().Value;
    }
}
