using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CeleryNet.Security;

/// <summary>
/// The serializer <c>auth</c> in the container. It signs what the other serializers there write, so it can be made only when all of them are: when the first
/// body is written or read. That the options are right was checked at the start.
/// </summary>
internal sealed class DeferredAuthSerializer(IServiceProvider services) : CelerySerializer(AuthSerializer.SerializerName, AuthSerializer.MimeType, "utf-8")
{
    private readonly Lazy<AuthSerializer> _serializer = new(() => new AuthSerializer(
        services.GetRequiredService<IOptions<CelerySecurityOptions>>().Value,
        [new JsonCelerySerializer(services.GetRequiredService<IOptions<CeleryOptions>>().Value.JsonTypeTags), .. services.GetServices<CelerySerializer>()],
        services.GetRequiredService<TimeProvider>()));

    public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json) => _serializer.Value.Encode(json);

    public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentEncoding, ContentLimits limits)
        => _serializer.Value.Decode(body, contentEncoding, limits);
}
