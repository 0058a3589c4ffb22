using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>Writes objects as JSON with type tags, within limits.</summary>
internal sealed class WireJsonWriter
{
    private readonly ContentLimits _limits;
    private readonly Utf8JsonWriter _writer;

    private WireJsonWriter(Utf8JsonWriter writer, ContentLimits limits)
    {
        _writer = writer;
        _limits = limits;
    }

    public static ReadOnlyMemory<byte> Write(object? value, ContentLimits limits)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        new WireJsonWriter(writer, limits).WriteValue(value, 0);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private void WriteValue(object? value, int depth)
    {
        if (_writer.BytesCommitted + _writer.BytesPending > _limits.MaxSize)
        {
            throw new MalformedMessageException($"The body takes more than {_limits.MaxSize} bytes as JSON, which is what MaxBodySize allows.");
        }

        switch (value)
        {
            case null: _writer.WriteNullValue(); break;
            case string text: PythonString.Write(_writer, text); break;
            case bool flag: _writer.WriteBooleanValue(flag); break;
            case long number: _writer.WriteNumberValue(number); break;
            case int number: _writer.WriteNumberValue(number); break;
            case ulong number: _writer.WriteNumberValue(number); break;
            case uint or short or ushort or byte or sbyte: _writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case BigInteger number: WriteInteger(number); break;
            case double number: PythonFloat.Write(_writer, number); break;
            case float number: PythonFloat.Write(_writer, number); break;
            case decimal number: TypeTag.Write(_writer, TypeTag.Decimal, number.ToString(CultureInfo.InvariantCulture)); break;
            case byte[] bytes: WriteBytes(bytes); break;
            case DateTimeOffset instant: TypeTag.Write(_writer, TypeTag.DateTime, PythonTime.Format(instant)); break;
            case DateTime time: TypeTag.Write(_writer, TypeTag.DateTime, PythonTime.Format(time)); break;
            case DateOnly date: TypeTag.Write(_writer, TypeTag.Date, PythonTime.Format(date)); break;
            case TimeOnly time: TypeTag.Write(_writer, TypeTag.Time, PythonTime.Format(time)); break;
            case TimeSpan span: TagValues.WriteTimeSpan(_writer, span); break;
            case Guid id: TagValues.WriteGuid(_writer, id); break;
            case Complex number: TagValues.WriteComplex(_writer, number); break;
            case TaggedText tagged: TypeTag.Write(_writer, tagged.Type, tagged.Text); break;
            case IDictionary map: WriteMap(map, Deeper(depth)); break;
            case IEnumerable items: WriteList(items, Deeper(depth)); break;
            default: throw new MalformedMessageException($"A value of type {value.GetType()} has no place in a message.");
        }
    }

    private int Deeper(int depth) => depth < _limits.MaxDepth
        ? depth + 1
        : throw new MalformedMessageException($"The body is nested deeper than {_limits.MaxDepth} levels, which is what MaxDepth allows.");

    private void WriteInteger(BigInteger number)
    {
        if (number.GetBitLength() > PythonInteger.MaxDigits * 4)
        {
            throw new MalformedMessageException($"An integer has more than the {PythonInteger.MaxDigits} digits that are allowed.");
        }

        _writer.WriteRawValue(PythonInteger.Format(number), skipInputValidation: true);
    }

    private void WriteBytes(byte[] bytes)
    {
        _writer.WriteStartObject();
        _writer.WriteString(TypeTag.TypeKey, TypeTag.Base64);
        _writer.WriteBase64String(TypeTag.ValueKey, bytes);
        _writer.WriteEndObject();
    }

    private void WriteList(IEnumerable items, int depth)
    {
        _writer.WriteStartArray();
        foreach (var item in items)
        {
            WriteValue(item, depth);
        }

        _writer.WriteEndArray();
    }

    private void WriteMap(IDictionary map, int depth)
    {
        _writer.WriteStartObject();
        foreach (DictionaryEntry entry in map)
        {
            PythonString.WriteName(_writer, WireJson.KeyText(entry.Key));
            WriteValue(entry.Value, depth);
        }

        _writer.WriteEndObject();
    }
}
