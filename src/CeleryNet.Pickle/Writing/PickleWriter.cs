using System.Globalization;
using System.Numerics;
using CeleryNet.Extensibility;

namespace CeleryNet.Pickle.Writing;

/// <summary>
/// Writes values as a pickle of protocol 4, the one Celery writes, which every Python since 3.4 reads. Each value is written by itself: without
/// references back, so that a reader finds as many objects as there are.
/// </summary>
internal sealed class PickleWriter
{
    private const byte Protocol = 4;

    private readonly PickleOutput _output = new();

    private PickleWriter()
    {
    }

    /// <exception cref="CelerySerializationException">The JSON holds something that is no value.</exception>
    public static ReadOnlyMemory<byte> Write(ReadOnlySpan<byte> json)
    {
        var value = WireJson.ToObject(json);
        var writer = new PickleWriter();
        writer._output.Op(Opcode.Proto);
        writer._output.Op(Protocol);
        writer.Value(value);
        writer._output.Op(Opcode.Stop);
        return writer._output.Written;
    }

    private void Value(object? value)
    {
        switch (value)
        {
            case null: _output.Op(Opcode.None); break;
            case bool flag: _output.Op(flag ? Opcode.NewTrue : Opcode.NewFalse); break;
            case long number: _output.Integer(number); break;
            case BigInteger number: _output.Integer(number); break;
            case double number: _output.Float(number); break;
            case string text: _output.Text(text); break;
            case byte[] bytes: _output.Bytes(bytes); break;
            case decimal number: Decimal(number.ToString(CultureInfo.InvariantCulture)); break;
            case TaggedText { Type: "decimal" } number: Decimal(number.Text); break;
            case Guid id: Uuid(id); break;
            case Complex number: ComplexNumber(number); break;
            case DateTimeOffset instant: PythonTimeWriter.DateTime(_output, instant.DateTime, instant.Offset); break;
            case DateTime time: PythonTimeWriter.DateTime(_output, time, null); break;
            case DateOnly date: PythonTimeWriter.Date(_output, date); break;
            case TimeOnly time: PythonTimeWriter.Time(_output, time, null); break;
            case TimeSpan span: PythonTimeWriter.TimeDelta(_output, span); break;
            case TaggedText { Type: "datetime" or "time" } tagged: PythonTimeWriter.Tagged(_output, tagged); break;
            case OrderedDictionary<string, object?> map: Map(map); break;
            case List<object?> list: List(list); break;
            default: throw new CelerySerializationException($"A value of type {value.GetType()} cannot be written as a pickle.");
        }
    }

    private void List(List<object?> items)
    {
        _output.Op(Opcode.EmptyList);
        if (items.Count == 0)
        {
            return;
        }

        _output.Op(Opcode.Mark);
        foreach (var item in items)
        {
            Value(item);
        }

        _output.Op(Opcode.Appends);
    }

    private void Map(OrderedDictionary<string, object?> map)
    {
        _output.Op(Opcode.EmptyDict);
        if (map.Count == 0)
        {
            return;
        }

        _output.Op(Opcode.Mark);
        foreach (var (key, value) in map)
        {
            _output.Text(key);
            Value(value);
        }

        _output.Op(Opcode.SetItems);
    }

    private void Decimal(string text)
    {
        _output.Global("decimal"u8, "Decimal"u8);
        _output.Text(text);
        _output.Op(Opcode.Tuple1);
        _output.Op(Opcode.Reduce);
    }

    private void Uuid(Guid id)
    {
        _output.Global("uuid"u8, "UUID"u8);
        _output.Text(id.ToString("N"));
        _output.Op(Opcode.Tuple1);
        _output.Op(Opcode.Reduce);
    }

    private void ComplexNumber(Complex number)
    {
        _output.Global("builtins"u8, "complex"u8);
        _output.Float(number.Real);
        _output.Float(number.Imaginary);
        _output.Op(Opcode.Tuple2);
        _output.Op(Opcode.Reduce);
    }
}
