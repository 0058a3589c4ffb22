using Polly;

namespace CeleryNet.Hosting;

/// <summary>A pipeline that the user makes for an operation.</summary>
internal sealed record CustomPipeline(CeleryOperation Operation, Action<ResiliencePipelineBuilder, CeleryResilienceContext> Configure)
{
    /// <summary>The pipelines by operation; of several for one the last counts, as with every other configuration.</summary>
    public static IReadOnlyDictionary<CeleryOperation, Action<ResiliencePipelineBuilder, CeleryResilienceContext>> Merge(IEnumerable<CustomPipeline> pipelines)
    {
        var merged = new Dictionary<CeleryOperation, Action<ResiliencePipelineBuilder, CeleryResilienceContext>>();
        foreach (var pipeline in pipelines)
        {
            merged[pipeline.Operation] = pipeline.Configure;
        }

        return merged;
    }
}
