using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CeleryNet.Extensibility;

/// <summary>A message's arguments, matched to the parameters of a task and read one by one. Used by generated code.</summary>
public readonly struct BoundArguments
{
    private readonly TaskInvocation _call;
    private readonly ReadOnlyMemory<byte>[] _values;

    internal BoundArguments(TaskInvocation call, ReadOnlyMemory<byte>[] values)
    {
        _call = call;
        _values = values;
    }

    /// <summary>Reads the argument of a parameter that must be given.</summary>
    /// <typeparam name="T">The parameter's type.</typeparam>
    /// <param name="index">The parameter's place among the task's parameters.</param>
    /// <exception cref="TaskArgumentException">The value does not fit the type.</exception>
    public T Get<T>(int index) => Read<T>(index, _values[index].Span);

    /// <summary>Reads the argument of an optional parameter.</summary>
    /// <typeparam name="T">The parameter's type.</typeparam>
    /// <param name="index">The parameter's place among the task's parameters.</param>
    /// <param name="defaultValue">The value when the message does not give it.</param>
    /// <exception cref="TaskArgumentException">The value does not fit the type.</exception>
    public T Get<T>(int index, T defaultValue)
    {
        var value = _values[index].Span;
        return value.IsEmpty ? defaultValue : Read<T>(index, value);
    }

    private T Read<T>(int index, ReadOnlySpan<byte> json)
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
            throw ArgumentBinder.Unfit(_call.Definition, index, typeof(T), json, error);
        }
    }
}
