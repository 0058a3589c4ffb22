using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet;

/// <summary>Makes YAML known to Celery.</summary>
public static class YamlCeleryBuilderExtensions
{
    /// <summary>
    /// Adds the serializer <c>yaml</c>. It is used for sending once an option names it, and messages of it are read once the accepted content types list it.
    /// </summary>
    /// <param name="celery">The builder.</param>
    public static CeleryBuilder AddYaml(this CeleryBuilder celery)
    {
        ArgumentNullException.ThrowIfNull(celery);
        celery.Services.AddSingleton<CelerySerializer>(new YamlCelerySerializer());
        return celery;
    }
}
