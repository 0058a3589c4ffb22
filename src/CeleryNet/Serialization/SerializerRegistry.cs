namespace CeleryNet.Extensibility;

/// <summary>Some of the serializers a program knows, by name and by content type: for a serializer that has another one write its content.</summary>
/// <remarks>Safe for concurrent use. Mirrors kombu's <c>SerializerRegistry</c>.</remarks>
public sealed class SerializerRegistry
{
    private readonly Dictionary<string, CelerySerializer> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CelerySerializer> _byContentType = new(StringComparer.Ordinal);

    /// <summary>Makes serializers known.</summary>
    /// <param name="serializers">Of two with one name or content type the later counts.</param>
    public SerializerRegistry(IEnumerable<CelerySerializer> serializers)
    {
        ArgumentNullException.ThrowIfNull(serializers);
        foreach (var serializer in serializers)
        {
            _byName[serializer.Name] = serializer;
            _byContentType[serializer.ContentType] = serializer;
        }
    }

    /// <summary>Finds a serializer by its content type.</summary>
    /// <param name="contentType">The content type, compared exactly, as kombu does.</param>
    /// <returns>Null when there is none.</returns>
    public CelerySerializer? FindByContentType(string contentType) => _byContentType.GetValueOrDefault(contentType);

    /// <summary>Finds a serializer by its name or its content type.</summary>
    /// <param name="name">The name.</param>
    /// <param name="option">The option that has it, such as <c>Celery:Security:Serializer</c>, for the error.</param>
    /// <exception cref="CeleryConfigurationException">It is not known; the text names those that are, and the package of a serializer of Celery's.</exception>
    public CelerySerializer Find(string name, string option)
        => _byName.GetValueOrDefault(name) ?? FindByContentType(name) ?? throw new CeleryConfigurationException(
            $"{option} names the serializer '{name}', which is not known; known: {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}.{Hint(name)}");

    private static string Hint(string name) => name switch
    {
        "msgpack" or "application/x-msgpack" => " AddMessagePack() of the package CeleryNet.MessagePack adds it.",
        "yaml" or "application/x-yaml" => " AddYaml() of the package CeleryNet.Yaml adds it.",
        "pickle" or "application/x-python-serialize" => " AddPickle() of the package CeleryNet.Pickle adds it.",
        "auth" or "application/data" => " AddSecurity() of the package CeleryNet.Security adds it.",
        _ => "",
    };
}
