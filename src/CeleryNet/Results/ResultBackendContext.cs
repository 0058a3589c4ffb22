namespace CeleryNet.Extensibility;

/// <summary>What a result backend is made with.</summary>
public sealed class ResultBackendContext
{
    internal ResultBackendContext(string url, ResultFormat format, IServiceProvider services, TimeProvider time)
    {
        Url = url;
        Format = format;
        Services = services;
        Time = time;
    }

    /// <summary>The whole of the option <c>ResultBackend</c>, which may hold a password.</summary>
    public string Url { get; }

    /// <summary>How values are written and read.</summary>
    public ResultFormat Format { get; }

    /// <summary>The host's services: for options of the backend's own, and a logger.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }
}
