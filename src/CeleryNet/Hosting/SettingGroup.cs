using Microsoft.Extensions.Configuration;

namespace CeleryNet.Hosting;

/// <summary>
/// The settings of one thing, such as a route or a queue. Names are taken in our spelling and in Python's (<c>RoutingKey</c>, <c>routing_key</c>); one that
/// means nothing is an error, since it is mostly misspelt.
/// </summary>
internal sealed class SettingGroup
{
    private readonly Dictionary<string, IConfigurationSection> _unread = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _known = [];
    private readonly string _path;

    public SettingGroup(IConfigurationSection section)
    {
        _path = section.Path;
        foreach (var child in section.GetChildren())
        {
            _unread[Plain(child.Key)] = child;
        }
    }

    public bool Has(string name) => _unread.ContainsKey(name);

    public string? Text(string name, string? pythonName = null) => Take(name, pythonName)?.Value;

    public int? Number(string name) => Text(name) is { } value ? SettingValue.Number(Key(name), value) : null;

    public bool? Flag(string name) => Text(name) is { } value ? SettingValue.Flag(Key(name), value) : null;

    public TimeSpan? Span(string name, string? pythonName = null) => Text(name, pythonName) is { } value ? SettingValue.Span(Key(name), value) : null;

    public T? Word<T>(string name)
        where T : struct, Enum
        => Text(name) is { } value ? SettingValue.Word<T>(Key(name), value) : null;

    /// <summary>A table of arguments, whose names are anybody's.</summary>
    public IReadOnlyDictionary<string, object>? Arguments(string name, string? pythonName = null)
        => Take(name, pythonName)?.GetChildren().ToDictionary(child => child.Key, child => SettingValue.Argument(child.Value ?? ""), StringComparer.Ordinal);

    /// <summary>The groups of a list.</summary>
    public IEnumerable<SettingGroup> Groups(string name) => Take(name, null)?.GetChildren().Select(child => new SettingGroup(child)) ?? [];

    /// <summary>A text that must be there.</summary>
    /// <exception cref="CeleryConfigurationException">It is not.</exception>
    public string Required(string name) => Text(name) is { Length: > 0 } value ? value : throw new CeleryConfigurationException($"{Key(name)} is missing.");

    /// <exception cref="CeleryConfigurationException">A setting was not asked for.</exception>
    public void RejectOthers()
    {
        if (_unread.Count > 0)
        {
            var other = _unread.Values.First();
            throw new CeleryConfigurationException($"{other.Path} is no setting here; known: {string.Join(", ", _known)}.");
        }
    }

    private IConfigurationSection? Take(string name, string? pythonName)
    {
        _known.Add(name);
        return _unread.Remove(name, out var child) || (pythonName is not null && _unread.Remove(Plain(pythonName), out child)) ? child : null;
    }

    private string Key(string name) => $"{_path}:{name}";

    private static string Plain(string key) => key.Replace("_", "", StringComparison.Ordinal);
}
