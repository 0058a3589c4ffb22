using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CeleryNet.Extensibility;

/// <summary>A message's arguments, matched to the parameters of a task and read one by one. Used by generated code.</summary>
public readonly struct BoundArguments
{
    private readonly TaskInvocation _call;
    private readonly ReadOnlyMemory<byte>[] _values;
    private readonly List<ReadOnlyMemory<byte>>? _items;
    private readonly List<KeyValuePair<string, ReadOnlyMemory<byte>>>? _keywords;

    internal BoundArguments(
        TaskInvocation call,
        ReadOnlyMemory<byte>[] values,
        List<ReadOnlyMemory<byte>>? items,
        List<KeyValuePair<string, ReadOnlyMemory<byte>>>? keywords)
    {
        _call = call;
        _values = values;
        _items = items;
        _keywords = keywords;
    }

    /// <summary>Reads the argument of a parameter that must be given.</summary>
    /// <typeparam name="T">The parameter's type.</typeparam>
    /// <param name="index">The parameter's place among the task's parameters.</param>
    /// <exception cref="TaskArgumentException">The value does not fit the type.</exception>
    public T Get<T>(int index) => Read<T>(index, null, _values[index].Span);

    /// <summary>Reads the argument of an optional parameter.</summary>
    /// <typeparam name="T">The parameter's type.</typeparam>
    /// <param name="index">The parameter's place among the task's parameters.</param>
    /// <param name="defaultValue">The value when the message does not give it.</param>
    /// <exception cref="TaskArgumentException">The value does not fit the type.</exception>
    public T Get<T>(int index, T defaultValue)
    {
        var value = _values[index].Span;
        return value.IsEmpty ? defaultValue : Read<T>(index, null, value);
    }

    /// <summary>Reads the positional arguments that no other parameter takes; none is an empty array.</summary>
    /// <typeparam name="T">The type of each.</typeparam>
    /// <param name="index">The place of the parameter that collects them.</param>
    /// <exception cref="TaskArgumentException">A value does not fit the type.</exception>
    public T[] GetItems<T>(int index)
    {
        if (_items is null)
        {
            return [];
        }

        var items = new T[_items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Read<T>(index, i, _items[i].Span);
        }

        return items;
    }

    /// <summary>Reads the keyword arguments that no other parameter takes, in the order of the message; none is an empty dictionary.</summary>
    /// <typeparam name="T">The type of each.</typeparam>
    /// <param name="index">The place of the parameter that collects them.</param>
    /// <exception cref="TaskArgumentException">A value does not fit the type.</exception>
    public Dictionary<string, T> GetKeywords<T>(int index)
    {
        var result = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, value) in _keywords ?? [])
        {
            // Of two equal keys the last one counts, as in Python.
            result[name] = Read<T>(index, name, value.Span);
        }

        return result;
    }

    private T Read<T>(int index, object? place, ReadOnlySpan<byte> json)
    {
        try
        {
            // JsonElement is the one struct that can be null.
            if (default(T) is not null && typeof(T) != typeof(JsonElement) && json.SequenceEqual("null"u8))
            {
                throw new JsonException("null where a value is needed");
            }

            return JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)_call.SerializerOptions.GetTypeInfo(typeof(T)))!;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or FormatException or InvalidOperationException or OverflowException)
        {
            var parameter = _call.Definition.Parameters[index];
            var argument = place switch
            {
                null => parameter.Name,
                int item => string.Create(CultureInfo.InvariantCulture, $"{parameter.Name}[{item}]"),
                _ => (string)place,
            };
            throw ArgumentErrors.Unfit(_call.Definition, parameter, argument, typeof(T), json, error);
        }
    }
}
