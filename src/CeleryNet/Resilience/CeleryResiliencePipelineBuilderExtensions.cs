using CeleryNet.Resilience;
using Polly;

namespace CeleryNet;

/// <summary>Makes the library's own resilience part of a pipeline.</summary>
public static class CeleryResiliencePipelineBuilderExtensions
{
    /// <summary>
    /// Adds the strategies that the operation has when nobody replaces them, as the options shape them. With an operation that is not retried by default, or
    /// by the options, it adds none.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="context">What it is made for.</param>
    public static ResiliencePipelineBuilder AddCeleryDefault(this ResiliencePipelineBuilder builder, CeleryResilienceContext context)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(context);
        return DefaultStrategies.AddTo(builder, context.Operation, context.Settings);
    }
}
