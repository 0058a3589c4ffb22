using Polly;
using Polly.Retry;

namespace CeleryNet.Resilience;

/// <summary>
/// What an operation does about failures when the user has not said it. Where the user has put strategies within these, one that gives up an attempt (a timeout, an
/// open circuit) is a failure like any other.
/// </summary>
internal static class DefaultStrategies
{
    public static readonly ResiliencePropertyKey<IRetryWatcher?> WatcherKey = new("celerynet.watcher");
    public static readonly ResiliencePropertyKey<PublishRetryPolicy?> PolicyKey = new("celerynet.publish-retry-policy");

    private static readonly ResiliencePropertyKey<long> _firstFailureKey = new("celerynet.first-failure");

    public static ResiliencePipelineBuilder AddTo(ResiliencePipelineBuilder builder, CeleryOperation operation, ResilienceSettings settings) => operation switch
    {
        CeleryOperation.Connect => AddRetry(builder, settings.ConnectRetries, Connect()),
        CeleryOperation.Consume => AddRetry(builder, null, Consume(settings)),
        CeleryOperation.Publish => AddRetry(builder, null, Publish()),
        CeleryOperation.StoreResult => AddRetry(builder, settings.StoreRetries, StoreResult(settings, builder.TimeProvider ?? TimeProvider.System)),
        CeleryOperation.KeepMessage => AddRetry(builder, null, KeepMessage()),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "No such operation."),
    };

    private static ResiliencePipelineBuilder AddRetry(ResiliencePipelineBuilder builder, int? retries, RetryStrategyOptions options)
    {
        if (retries == 0)
        {
            return builder;
        }

        options.MaxRetryAttempts = retries ?? int.MaxValue;
        options.BackoffType = DelayBackoffType.Exponential;
        options.UseJitter = true;
        options.OnRetry = static attempt =>
        {
            if (attempt.Outcome.Exception is { } error)
            {
                WatcherOf(attempt.Context)?.OnRetry(error, attempt.RetryDelay);
            }

            return default;
        };
        return builder.AddRetry(options);
    }

    private static RetryStrategyOptions Connect() => new()
    {
        ShouldHandle = static attempt => new(
            attempt.Outcome.Exception is BrokerUnavailableException { IsRefusal: false } or ExecutionRejectedException && WatcherOf(attempt.Context) is not { WantsRetry: false }),
        Delay = TimeSpan.FromMilliseconds(200),
        MaxDelay = TimeSpan.FromSeconds(5),
    };

    // Also what looks permanent: once a consumer has worked, the broker may be repaired under it. But where the attempts to connect are bounded, so is this.
    private static RetryStrategyOptions Consume(ResilienceSettings settings) => new()
    {
        ShouldHandle = attempt => new(
            attempt.Outcome.Exception is { } error
            && !attempt.Context.CancellationToken.IsCancellationRequested
            && (settings.ConnectRetries is null || error is not BrokerUnavailableException)),
        Delay = TimeSpan.FromMilliseconds(200),
        MaxDelay = TimeSpan.FromSeconds(5),
    };

    // Only "could not be reached" is worth another try: a refusal will be one again. The deadline ends it, unless a policy's count does before.
    private static RetryStrategyOptions Publish() => new()
    {
        ShouldHandle = static attempt => new(
            attempt.Outcome.Exception is BrokerUnavailableException or ExecutionRejectedException && !(PolicyOf(attempt.Context)?.MaxRetries <= attempt.AttemptNumber)),
        Delay = TimeSpan.FromMilliseconds(100),
        MaxDelay = TimeSpan.FromSeconds(1),
        DelayGenerator = static attempt => new(PolicyOf(attempt.Context)?.PauseBefore(attempt.AttemptNumber)),
    };

    private static RetryStrategyOptions StoreResult(ResilienceSettings settings, TimeProvider time) => new()
    {
        ShouldHandle = attempt => new(
            attempt.Outcome.Exception is ResultBackendException or BrokerUnavailableException or ExecutionRejectedException
            && !(settings.StorePolicy?.Timeout is { } timeout && SinceFirstFailure(attempt.Context, time) >= timeout)),
        Delay = settings.StoreRetryDelay,
        MaxDelay = settings.StoreRetryMaxDelay,
        DelayGenerator = settings.StorePolicy is { } policy ? attempt => new(policy.PauseBefore(attempt.AttemptNumber)) : null,
    };

    private static TimeSpan SinceFirstFailure(ResilienceContext context, TimeProvider time)
    {
        if (context.Properties.TryGetValue(_firstFailureKey, out var first))
        {
            return time.GetElapsedTime(first);
        }

        context.Properties.Set(_firstFailureKey, time.GetTimestamp());
        return TimeSpan.Zero;
    }

    private static RetryStrategyOptions KeepMessage() => new()
    {
        ShouldHandle = new PredicateBuilder().Handle<BrokerUnavailableException>().Handle<ExecutionRejectedException>(),
        Delay = TimeSpan.FromMilliseconds(100),
        MaxDelay = TimeSpan.FromSeconds(5),
    };

    private static IRetryWatcher? WatcherOf(ResilienceContext context) => context.Properties.GetValue(WatcherKey, null);

    private static PublishRetryPolicy? PolicyOf(ResilienceContext context) => context.Properties.GetValue(PolicyKey, null);
}
