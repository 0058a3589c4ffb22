using CeleryNet.Resilience;

namespace CeleryNet;

/// <summary>What a pipeline is made for.</summary>
public sealed class CeleryResilienceContext
{
    internal CeleryResilienceContext(CeleryOperation operation, ResilienceSettings settings, IServiceProvider services)
    {
        Operation = operation;
        Settings = settings;
        Services = services;
    }

    /// <summary>What the pipeline will run.</summary>
    public CeleryOperation Operation { get; }

    /// <summary>The host's services, for loggers and the like.</summary>
    public IServiceProvider Services { get; }

    internal ResilienceSettings Settings { get; }
}
