using CeleryNet.Resilience;
using Polly;

namespace CeleryNet.Contract.Tests.Resilience;

internal static class Pipelines
{
    /// <summary>Pipelines of which one is a user's.</summary>
    public static ResiliencePipelines With(CeleryOperation operation, Action<ResiliencePipelineBuilder, CeleryResilienceContext> configure) => new(
        new ResilienceSettings(),
        TimeProvider.System,
        new Dictionary<CeleryOperation, Action<ResiliencePipelineBuilder, CeleryResilienceContext>> { [operation] = configure },
        new NoServices());

    /// <summary>The defaults, with so many attempts to connect.</summary>
    public static ResiliencePipelines WithConnectRetries(int retries) => new(
        new ResilienceSettings { ConnectRetries = retries },
        TimeProvider.System,
        new Dictionary<CeleryOperation, Action<ResiliencePipelineBuilder, CeleryResilienceContext>>(),
        null);

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
