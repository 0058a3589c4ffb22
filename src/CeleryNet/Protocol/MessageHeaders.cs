using System.Diagnostics.CodeAnalysis;

namespace CeleryNet.Protocol;

/// <summary>
/// The header table of a message, in wire order. Values are null, <see cref="string"/>, <see cref="bool"/>, <see cref="long"/>,
/// <see cref="double"/>, <see cref="decimal"/> or <see cref="System.Numerics.BigInteger"/> (integers beyond 64 bits), <see cref="byte"/>[],
/// <see cref="DateTimeOffset"/> (AMQP only), and <see cref="object"/>[] or <see cref="Dictionary{TKey, TValue}"/> of these.
/// </summary>
/// <remarks>A list, since a message has some twenty headers and each is looked at once.</remarks>
internal sealed class MessageHeaders
{
    // As many as Celery sends.
    private KeyValuePair<string, object?>[] _items = new KeyValuePair<string, object?>[18];
    private int _count;

    public IReadOnlyList<KeyValuePair<string, object?>> Items => new ArraySegment<KeyValuePair<string, object?>>(_items, 0, _count);

    public object? this[string name]
    {
        get => TryGet(name, out var value) ? value : null;
        set => Set(name, value);
    }

    /// <summary>The same as <see cref="Items"/> for who looks at each; not to be kept while headers are added.</summary>
    public ReadOnlySpan<KeyValuePair<string, object?>> AsSpan() => _items.AsSpan(0, _count);

    /// <summary>Adds a header without looking for one of that name: for readers and writers that know there is none.</summary>
    public void Add(string name, object? value)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        _items[_count++] = new(name, value);
    }

    /// <summary>Replaces the header of that name, or adds one.</summary>
    public void Set(string name, object? value)
    {
        for (var i = 0; i < _count; i++)
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
        for (var i = _count - 1; i >= 0; i--)
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
