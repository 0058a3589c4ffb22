using CeleryNet.Extensibility;

namespace CeleryNet.Results;

/// <summary>A result backend from outside.</summary>
/// <param name="Scheme">The scheme of its URLs, in lower case.</param>
/// <param name="Create">Makes it.</param>
internal sealed record ResultBackendRegistration(string Scheme, Func<ResultBackendContext, CeleryResultBackend> Create)
{
    /// <summary>The scheme of a backend's URL, in lower case. Django's is a mere name.</summary>
    public static string SchemeOf(string url)
    {
        var end = url.IndexOf("://", StringComparison.Ordinal);
        return (end < 0 ? url : url[..end]).Trim().ToLowerInvariant();
    }
}
