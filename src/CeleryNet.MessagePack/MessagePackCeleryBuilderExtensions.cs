using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet;

/// <summary>Makes MessagePack known to Celery.</summary>
public static class MessagePackCeleryBuilderExtensions
{
    /// <summary>
    /// Adds the serializer <c>msgpack</c>. It is used for sending once an option names it, and messages of it are read once the accepted content types list it.
    /// </summary>
    /// <param name="celery">The builder.</param>
    public static CeleryBuilder AddMessagePack(this CeleryBuilder celery)
    {
        ArgumentNullException.ThrowIfNull(celery);
        celery.Services.AddSingleton<CelerySerializer>(new MessagePackCelerySerializer());
        return celery;
    }
}
