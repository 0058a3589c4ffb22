using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

// The code of docs/resilience.md, to be compiled.
namespace CeleryNet.Tests.Docs.Resilience;

#pragma warning disable CA1848, CA1873 // Programs may log the plain way.
internal static class Pipelines
{
    public static void Replace(CeleryBuilder celery)
    {
        celery.ConfigureResilience(CeleryOperation.Publish, pipeline => pipeline
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<BrokerUnavailableException>(),
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromMilliseconds(50),
                BackoffType = DelayBackoffType.Exponential,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<BrokerUnavailableException>(),
                BreakDuration = TimeSpan.FromSeconds(5),
            }));
    }

    public static void Extend(CeleryBuilder celery)
    {
        celery.ConfigureResilience(CeleryOperation.StoreResult, (pipeline, context) =>
        {
            var logger = context.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Results");
            pipeline
                .AddCeleryDefault(context)
                .AddTimeout(new TimeoutStrategyOptions
                {
                    Timeout = TimeSpan.FromSeconds(2),
                    OnTimeout = timeout =>
                    {
                        timeout.Context.Properties.TryGetValue(CeleryResilienceKeys.TaskName, out var task);
                        logger.LogWarning("The backend has not taken the result of {Task} yet", task);
                        return default;
                    },
                });
        });
    }
}
