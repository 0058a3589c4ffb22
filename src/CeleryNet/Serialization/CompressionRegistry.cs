using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>The compressions this program knows, by all their names. kombu/compression.py</summary>
internal sealed class CompressionRegistry
{
    private readonly Dictionary<string, CeleryCompression> _byName = new(StringComparer.Ordinal);

    /// <param name="compressions">Of two with one name the later counts.</param>
    public CompressionRegistry(IEnumerable<CeleryCompression> compressions)
    {
        foreach (var compression in compressions)
        {
            _byName[compression.ContentType] = compression;
            foreach (var name in compression.Names)
            {
                _byName[name] = compression;
            }
        }
    }

    public string KnownNames => string.Join(", ", _byName.Values.Distinct().SelectMany(compression => compression.Names).Order(StringComparer.Ordinal));

    public CeleryCompression? Find(string name) => _byName.GetValueOrDefault(name);

    /// <param name="name">The name or content type.</param>
    /// <param name="option">The option that has it, for the error.</param>
    /// <exception cref="CeleryConfigurationException">Nobody has added it.</exception>
    public CeleryCompression Find(string name, string option) => Find(name) ?? throw new CeleryConfigurationException(
        $"{option} names the compression '{name}', which is not known; known: {KnownNames}. {Hint}");

    public static string Hint => "AddCompression() of the package CeleryNet.Compression adds bzip2, lzma and zstd.";
}
