using System.Collections.Concurrent;
using Polly;

namespace CeleryNet.Resilience;

/// <summary>The pipelines of one application: the user's where there is one, else the default.</summary>
/// <param name="settings">Shape the defaults.</param>
/// <param name="time">The clock of all strategies.</param>
/// <param name="custom">Makes the user's, by operation.</param>
/// <param name="services">What the user's may need; not asked for otherwise.</param>
internal sealed class ResiliencePipelines(
    ResilienceSettings settings,
    TimeProvider time,
    IReadOnlyDictionary<CeleryOperation, Action<ResiliencePipelineBuilder, CeleryResilienceContext>> custom,
    IServiceProvider? services)
{
    private readonly ConcurrentDictionary<CeleryOperation, Lazy<OperationPipeline>> _shared = new();

    public ResilienceSettings Settings => settings;

    /// <summary>The defaults, as options that say nothing shape them.</summary>
    public static ResiliencePipelines Default(TimeProvider time)
        => new(new ResilienceSettings(), time, new Dictionary<CeleryOperation, Action<ResiliencePipelineBuilder, CeleryResilienceContext>>(), null);

    /// <summary>The pipeline of an operation, the same for all who ask: a circuit breaker in it counts what all of them meet.</summary>
    public OperationPipeline Get(CeleryOperation operation)
        => _shared.GetOrAdd(operation, static (operation, self) => new Lazy<OperationPipeline>(() => self.Create(operation)), this).Value;

    /// <summary>A pipeline of an operation of its own: one connection's troubles are not another's.</summary>
    public OperationPipeline Create(CeleryOperation operation)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time, Name = $"celery.{operation}" };
        if (!custom.TryGetValue(operation, out var configure))
        {
            return new OperationPipeline(operation, DefaultStrategies.AddTo(builder, operation, settings).Build(), isCustom: false);
        }

        configure(builder, new CeleryResilienceContext(operation, settings, services ?? throw new InvalidOperationException("A pipeline of the user's needs services.")));
        return new OperationPipeline(operation, builder.Build(), isCustom: true);
    }
}
