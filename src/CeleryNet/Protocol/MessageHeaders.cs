using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace CeleryNet.Protocol;

/// <summary>
/// The header table of a message, in wire order. Values are null, <see cref="string"/>, <see cref="bool"/>, <see cref="long"/>,
/// <see cref="double"/>, <see cref="decimal"/> or <see cref="System.Numerics.BigInteger"/> (integers beyond 64 bits), <see cref="byte"/>[],
/// <see cref="DateTimeOffset"/> (AMQP only), and <see cref="object"/>[] or <see cref="Dictionary{TKey, TValue}"/> of these.
/// </summary>
/// <remarks>A list, since a message has some twenty headers and each is looked at once.</remarks>
internal sealed class MessageHeaders
{
    private readonly List<KeyValuePair<string, object?>> _items = new(20);

    public IReadOnlyList<KeyValuePair<string, object?>> Items => _items;

    /// <summary>The same for who looks at each; not to be kept while headers are added.</summary>
    public ReadOnlySpan<KeyValuePair<string, object?>> AsSpan() => CollectionsMarshal.AsSpan(_items);

    public object? this[string name]
    {
        get => TryGet(name, out var value) ? value : null;
        set => Set(name, value);
    }

    /// <summary>Adds a header without looking for one of that name: for readers and writers that know there is none.</summary>
    public void Add(string name, object? value) => _items.Add(new(name, value));

    /// <summary>Replaces the header of that name, or adds one.</summary>
    public void Set(string name, object? value)
    {
        for (var i = 0; i < _items.Count; i++)
        {
            if (_items[i].Key == name)
            {
                _items[i] = new(name, value);
                return;
            }
        }

        Add(name, value);
    }

    /// <summary>Finds a header; of two with one name the last wins, as in Python.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out object? value)
    {
        for (var i = _items.Count - 1; i >= 0; i--)
        {
            if (_items[i].Key == name)
            {
                value = _items[i].Value;
                return value is not null;
            }
        }

        value = null;
        return false;
    }

    public string? GetString(string name) => this[name] as string;
}
