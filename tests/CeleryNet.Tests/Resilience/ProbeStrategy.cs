using Polly;

namespace CeleryNet.Tests.Resilience;

/// <summary>A strategy of a user's, which does as a test tells it.</summary>
/// <param name="around">Gets the context and what the strategy goes around.</param>
internal sealed class ProbeStrategy(Func<ResilienceContext, Func<ValueTask>, ValueTask> around) : ResilienceStrategy
{
    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        var outcome = Outcome.FromException<TResult>(new InvalidOperationException("The probe did not go on."));
        try
        {
            await around(context, async () => outcome = await callback(context, state));
            return outcome;
        }
        catch (Exception error)
        {
            return Outcome.FromException<TResult>(error);
        }
    }
}

/// <summary>A strategy that says that all went well, whatever happened.</summary>
internal sealed class SilentStrategy : ResilienceStrategy
{
    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        var outcome = await callback(context, state);
        return outcome.Exception is null ? outcome : Outcome.FromResult<TResult>(default);
    }
}

internal static class ProbeStrategyExtensions
{
    public static ResiliencePipelineBuilder AddSilence(this ResiliencePipelineBuilder builder) => builder.AddStrategy(_ => new SilentStrategy(), new ProbeOptions());

    private sealed class ProbeOptions : ResilienceStrategyOptions;

    public static ResiliencePipelineBuilder AddProbe(this ResiliencePipelineBuilder builder, Func<ResilienceContext, Func<ValueTask>, ValueTask> around)
        => builder.AddStrategy(_ => new ProbeStrategy(around), new ProbeOptions());

    /// <summary>Tells of each execution that goes through.</summary>
    public static ResiliencePipelineBuilder AddProbe(this ResiliencePipelineBuilder builder, Action<ResilienceContext> seen)
        => builder.AddProbe(async (context, next) =>
        {
            seen(context);
            await next();
        });
}
