using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>The serializers this program knows, by name and by content type. kombu/serialization.py SerializerRegistry</summary>
internal sealed class SerializerRegistry
{
    private readonly Dictionary<string, CelerySerializer> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CelerySerializer> _byContentType = new(StringComparer.Ordinal);

    /// <param name="serializers">Of two with one name or content type the later counts.</param>
    public SerializerRegistry(IEnumerable<CelerySerializer> serializers)
    {
        foreach (var serializer in serializers)
        {
            _byName[serializer.Name] = serializer;
            _byContentType[serializer.ContentType] = serializer;
        }
    }

    public CelerySerializer? FindByContentType(string contentType) => _byContentType.GetValueOrDefault(contentType);

    /// <summary>Finds a serializer by its name or its content type.</summary>
    /// <param name="name">The name.</param>
    /// <param name="option">The option that has it, for the error.</param>
    /// <exception cref="CeleryConfigurationException">Nobody has added it.</exception>
    public CelerySerializer Find(string name, string option)
        => _byName.GetValueOrDefault(name) ?? FindByContentType(name) ?? throw new CeleryConfigurationException(
            $"{option} names the serializer '{name}', which is not known; known: {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}.{Hint(name)}");

    private static string Hint(string name) => name switch
    {
        "msgpack" or "application/x-msgpack" => " AddMessagePack() of the package CeleryNet.MessagePack adds it.",
        "yaml" or "application/x-yaml" => " AddYaml() of the package CeleryNet.Yaml adds it.",
        "pickle" or "application/x-python-serialize" => " AddPickle() of the package CeleryNet.Pickle adds it.",
        "auth" or "application/data" => " AddSecurity() adds it.",
        _ => "",
    };
}
