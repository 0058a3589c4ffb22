using CeleryNet.Hosting;
using Microsoft.Extensions.Configuration;

namespace CeleryNet.Extensibility;

/// <summary>
/// Binds options by an explicit list: no reflection, Celery's own setting names accepted beside ours, and an error for a value that cannot be read.
/// A setting <c>broker_url</c> is found as <c>Celery:Broker</c>, <c>Celery:broker_url</c> and (from the environment) <c>CELERY_BROKER_URL</c>, in this order.
/// </summary>
/// <remarks>
/// For packages with options of their own. In all methods <c>key</c> is the option's name below the section, <c>celeryName</c> the name of Celery's setting or
/// null where it has none, and <c>set</c> is called with the value when there is one.
/// </remarks>
public abstract class CeleryOptionsBinding
{
    private readonly IConfiguration _root;
    private readonly string _section;

    /// <summary>Binds to a section.</summary>
    /// <param name="root">The program's configuration.</param>
    /// <param name="section">The section of our names, such as <c>Celery:Worker</c>.</param>
    protected CeleryOptionsBinding(IConfiguration root, string section)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentException.ThrowIfNullOrEmpty(section);
        _root = root;
        _section = section;
    }

    /// <summary>A text.</summary>
    /// <param name="key">The option.</param>
    /// <param name="celeryName">Celery's setting.</param>
    /// <param name="set">Gets the value.</param>
    /// <exception cref="CeleryConfigurationException">It is a list or a table.</exception>
    protected void Text(string key, string? celeryName, Action<string> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (Find(key, celeryName) is { } found)
        {
            set(found.Value ?? throw new CeleryConfigurationException(
                $"{found.Path} must be one value, was a list or a table with {string.Join(", ", found.GetChildren().Select(child => child.Key))}."));
        }
    }

    /// <summary>A word of an enumeration, in any case.</summary>
    /// <typeparam name="T">The enumeration.</typeparam>
    /// <param name="key">The option.</param>
    /// <param name="celeryName">Celery's setting.</param>
    /// <param name="set">Gets the value.</param>
    /// <exception cref="CeleryConfigurationException">The value is none of its words.</exception>
    protected void Word<T>(string key, string? celeryName, Action<T> set)
        where T : struct, Enum
        => Text(key, celeryName, value => set(SettingValue.Word<T>(PathOf(key), value)));

    /// <summary>A whole number.</summary>
    /// <param name="key">The option.</param>
    /// <param name="celeryName">Celery's setting.</param>
    /// <param name="set">Gets the value.</param>
    /// <exception cref="CeleryConfigurationException">The value is none.</exception>
    protected void Number(string key, string? celeryName, Action<int> set) => Text(key, celeryName, value => set(SettingValue.Number(PathOf(key), value)));

    /// <summary><c>true</c>, <c>1</c>, <c>yes</c>, <c>on</c> or their opposites, in any case.</summary>
    /// <param name="key">The option.</param>
    /// <param name="celeryName">Celery's setting.</param>
    /// <param name="set">Gets the value.</param>
    /// <exception cref="CeleryConfigurationException">The value is neither.</exception>
    protected void Flag(string key, string? celeryName, Action<bool> set) => Text(key, celeryName, value => set(SettingValue.Flag(PathOf(key), value)));

    /// <summary>A duration, in seconds or as <c>00:00:10</c>.</summary>
    /// <param name="key">The option.</param>
    /// <param name="celeryName">Celery's setting.</param>
    /// <param name="set">Gets the value.</param>
    /// <exception cref="CeleryConfigurationException">The value is neither.</exception>
    protected void Span(string key, string? celeryName, Action<TimeSpan> set) => Text(key, celeryName, value => set(SettingValue.Span(PathOf(key), value)));

    /// <summary>A list, as the values below the key or as one text with commas.</summary>
    /// <param name="key">The option.</param>
    /// <param name="celeryName">Celery's setting.</param>
    /// <param name="set">Gets the values.</param>
    protected void List(string key, string? celeryName, Action<IReadOnlyList<string>> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (Find(key, celeryName) is not { } found)
        {
            return;
        }

        set(found.Value is { } text
            ? SettingValue.List(text)
            : [.. found.GetChildren().Select(child => child.Value ?? "")]);
    }

    private protected string PathOf(string key) => $"{_section}:{key}";

    private protected IConfigurationSection? Find(string key, string? celeryName)
    {
        var own = _root.GetSection(PathOf(key));
        return own.Exists() ? own : celeryName is null ? null : Places(celeryName).FirstOrDefault();
    }

    /// <summary>Where a setting of Celery's is given, the first that counts first.</summary>
    private protected IEnumerable<IConfigurationSection> Places(string celeryName)
        => new[] { _root.GetSection($"Celery:{celeryName}"), _root.GetSection($"CELERY_{celeryName.ToUpperInvariant()}") }.Where(place => place.Exists());
}
