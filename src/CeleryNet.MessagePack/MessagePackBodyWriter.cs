using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using CeleryNet.Extensibility;
using MessagePack;

namespace CeleryNet.MessagePack;

/// <summary>Writes objects as <c>msgpack.packb(use_bin_type=True)</c> would: no extension types, floats always of 64 bits.</summary>
internal static class MessagePackBodyWriter
{
    private const int LongestShownInteger = 40;

    // Half a surrogate pair has no UTF-8: an exception, not U+FFFD.
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ReadOnlyMemory<byte> Write(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new MessagePackWriter(buffer);
        WriteValue(ref writer, value);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteValue(ref MessagePackWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNil(); break;
            case bool flag: writer.Write(flag); break;
            case long number: writer.Write(number); break;
            case BigInteger number: writer.Write(UnsignedOf(number)); break;
            case double number: writer.Write(number); break;
            case string text: WriteText(ref writer, text); break;
            case byte[] bytes: writer.Write(bytes); break;
            case List<object?> items: WriteList(ref writer, items); break;
            case OrderedDictionary<string, object?> map: WriteMap(ref writer, map); break;
            default: WriteText(ref writer, WireJson.PlainText(value) ?? throw NoType(value)); break;
        }
    }

    private static void WriteList(ref MessagePackWriter writer, List<object?> items)
    {
        writer.WriteArrayHeader(items.Count);
        foreach (var item in items)
        {
            WriteValue(ref writer, item);
        }
    }

    private static void WriteMap(ref MessagePackWriter writer, OrderedDictionary<string, object?> map)
    {
        writer.WriteMapHeader(map.Count);
        foreach (var (key, value) in map)
        {
            WriteText(ref writer, key);
            WriteValue(ref writer, value);
        }
    }

    private static void WriteText(ref MessagePackWriter writer, string text)
    {
        try
        {
            writer.WriteString(_utf8.GetBytes(text));
        }
        catch (EncoderFallbackException error)
        {
            throw new CelerySerializationException(
                $"A string cannot be written as MessagePack, whose strings are UTF-8: half a surrogate pair stands at index {error.Index}.", error);
        }
    }

    // What fits a long is one.
    private static ulong UnsignedOf(BigInteger number)
    {
        if (number.Sign >= 0 && number <= ulong.MaxValue)
        {
            return (ulong)number;
        }

        var text = number.ToString(CultureInfo.InvariantCulture);
        throw new CelerySerializationException(
            $"An integer cannot be written as MessagePack, which has those from -2^63 to 2^64-1: {(text.Length <= LongestShownInteger ? text : $"one of {text.Length} digits")}.");
    }

    private static CelerySerializationException NoType(object value) => new(
        $"MessagePack has no type for a {value.GetType().Name} ({value}), and Python's JSON no text; send its parts, such as a number of seconds.");
}
