using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet;

/// <summary>Adds the pickle serializer.</summary>
public static class CeleryPickleExtensions
{
    /// <summary>
    /// Makes <c>pickle</c> known, reading data only. It is not accepted from anyone until it is listed among the accepted contents too. Read the remarks of
    /// <see cref="PickleCelerySerializer"/> on what accepting pickle means for the Python side.
    /// </summary>
    /// <param name="celery">The builder.</param>
    public static CeleryBuilder AddPickle(this CeleryBuilder celery)
    {
        ArgumentNullException.ThrowIfNull(celery);
        celery.Services.AddSingleton<CelerySerializer>(new PickleCelerySerializer());
        return celery;
    }
}
