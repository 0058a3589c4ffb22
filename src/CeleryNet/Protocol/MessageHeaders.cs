using System.Diagnostics.CodeAnalysis;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>
/// The header table of a message, in wire order. Values are null, <see cref="string"/>, <see cref="bool"/>, <see cref="long"/>,
/// <see cref="double"/>, <see cref="decimal"/> or <see cref="System.Numerics.BigInteger"/> (integers beyond 64 bits), <see cref="byte"/>[],
/// <see cref="DateTimeOffset"/> (AMQP only), and <see cref="object"/>[] or <see cref="Dictionary{TKey, TValue}"/> of these.
/// </summary>
/// <remarks>
/// Two lists, since a message has some twenty headers and each is looked at once. Most messages have the same headers in the same order as the one before: those
/// share the list of names, as long as none adds another one.
/// </remarks>
internal sealed class MessageHeaders
{
    // As many as Celery sends.
    private const int Usual = 18;

    private string[] _names;
    private object?[] _values;
    private int _count;
    private bool _areNamesShared;

    public MessageHeaders()
    {
        _names = new string[Usual];
        _values = new object?[Usual];
    }

    /// <summary>For one who reads or writes many.</summary>
    /// <param name="recent">Has the names of the one before.</param>
    public MessageHeaders(RecentNames recent)
    {
        _names = recent.Names ?? new string[Usual];
        _areNamesShared = recent.Names is not null;
        _values = new object?[_names.Length];
    }

    public int Count => _count;

    /// <summary>All of them, for who does not look for speed.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Items
    {
        get
        {
            var items = new KeyValuePair<string, object?>[_count];
            for (var i = 0; i < items.Length; i++)
            {
                items[i] = new(_names[i], _values[i]);
            }

            return items;
        }
    }

    public object? this[string name]
    {
        get => TryGet(name, out var value) ? value : null;
        set => Set(name, value);
    }

    public Enumerator GetEnumerator() => new(this);

    /// <summary>Adds a header without looking for one of that name: for readers and writers that know there is none.</summary>
    public void Add(string name, object? value)
    {
        if (_areNamesShared && (_count == _names.Length || _names[_count] != name))
        {
            _names = [.. _names.AsSpan(0, _count), .. new string[Math.Max(Usual, _count * 2) - _count]];
            _areNamesShared = false;
        }

        if (!_areNamesShared)
        {
            if (_count == _names.Length)
            {
                Array.Resize(ref _names, _count * 2);
            }

            _names[_count] = name;
        }

        if (_count == _values.Length)
        {
            Array.Resize(ref _values, _names.Length);
        }

        _values[_count++] = value;
    }

    /// <summary>Replaces the header of that name, or adds one.</summary>
    public void Set(string name, object? value)
    {
        var place = Array.IndexOf(_names, name, 0, _count);
        if (place >= 0)
        {
            _values[place] = value;
        }
        else
        {
            Add(name, value);
        }
    }

    /// <summary>Finds a header; of two with one name the last wins, as in Python.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out object? value)
    {
        for (var i = _count - 1; i >= 0; i--)
        {
            if (_names[i] == name)
            {
                value = _values[i];
                return value is not null;
            }
        }

        value = null;
        return false;
    }

    public string? GetString(string name) => this[name] as string;

    /// <summary>Lets the next one have the names of this one, to which none is added any more by whoever says so.</summary>
    public void ShareNames(RecentNames recent)
    {
        if (!_areNamesShared || _count != _names.Length)
        {
            recent.Note(_names.AsSpan(0, _count));
        }
    }

    /// <summary>Goes through the headers, none of which is to be added meanwhile.</summary>
    internal struct Enumerator(MessageHeaders headers)
    {
        private int _place = -1;

        public readonly KeyValuePair<string, object?> Current => new(headers._names[_place], headers._values[_place]);

        public bool MoveNext() => ++_place < headers._count;
    }
}
