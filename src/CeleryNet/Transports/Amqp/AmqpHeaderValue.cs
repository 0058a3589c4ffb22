using System.Collections;
using System.Numerics;
using System.Text;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// Values of a field table, between our types and those of RabbitMQ.Client. Types on the wire are py-amqp's: text S, bool t, integer I or L,
/// float d, none V, table F, list A, decimal D, time T. amqp/serialization.py _write_item, _read_item
/// </summary>
internal static class AmqpHeaderValue
{
    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="CelerySerializationException">AMQP has no type for the value.</exception>
    public static object? Write(string name, object? value) => value switch
    {
        null or string or bool or int or double or byte[] => value,
        // py-amqp takes 32 bits where they do; RabbitMQ compares queue arguments by value.
        long number => number is >= -int.MaxValue and <= int.MaxValue ? (object)(int)number : number,
        decimal number => IsDecimal(number)
            ? number
            : throw Unwritable(name, value, "an AMQP decimal holds at most 2147483647 without its point and up to 255 places; send it as text"),
        DateTimeOffset time => new AmqpTimestamp(time.ToUnixTimeSeconds()),
        BigInteger => throw Unwritable(name, value, "AMQP integers have at most 64 bits; send it as text"),
        IReadOnlyDictionary<string, object?> table => WriteTable(name, table),
        object?[] list => WriteList(name, list),
        _ => throw Unwritable(name, value, "AMQP has no such type; text, booleans, integers, floats, decimals, times, lists and tables would work"),
    };

    public static object? Read(object? value) => value switch
    {
        null or string or bool or long or double or decimal => value,
        byte[] bytes => ReadText(bytes),
        int number => (long)number,
        AmqpTimestamp time => ReadTime(time),
        IDictionary<string, object?> table => ReadTable(table),
        BinaryTableValue binary => binary.Bytes,
        IList list => ReadList(list),
        float number => ReadFloat(number),
        uint number => (long)number,
        short number => (long)number,
        ushort number => (long)number,
        byte number => (long)number,
        sbyte number => (long)number,
        _ => value.ToString(),
    };

    private static object ReadFloat(float value) => BitConverter.SingleToUInt32Bits(value) switch
    {
        AmqpHeaderWalker.EmptyList => Array.Empty<object?>(),
        AmqpHeaderWalker.EmptyTable => new Dictionary<string, object?>(),
        _ => (double)value,
    };

    private static bool IsDecimal(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        return parts is [>= 0, 0, 0, _];
    }

    private static Dictionary<string, object?> WriteTable(string name, IReadOnlyDictionary<string, object?> table)
    {
        var written = new Dictionary<string, object?>(table.Count, StringComparer.Ordinal);
        foreach (var (key, value) in table)
        {
            AmqpProperties.CheckShortText($"a key of header '{name}'", key);
            written[key] = Write(name, value);
        }

        return written;
    }

    private static List<object?> WriteList(string name, object?[] list)
    {
        var written = new List<object?>(list.Length);
        foreach (var value in list)
        {
            written.Add(Write(name, value));
        }

        return written;
    }

    // Python's texts are S, and so are its bytes: what is not UTF-8 can only be bytes.
    private static object ReadText(byte[] bytes)
    {
        try
        {
            return _strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return bytes;
        }
    }

    private static object ReadTime(AmqpTimestamp time)
        => time.UnixTime >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && time.UnixTime <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(time.UnixTime)
            : time.UnixTime;

    private static Dictionary<string, object?> ReadTable(IDictionary<string, object?> table)
    {
        var read = new Dictionary<string, object?>(table.Count, StringComparer.Ordinal);
        foreach (var (key, value) in table)
        {
            read[key] = Read(value);
        }

        return read;
    }

    private static object?[] ReadList(IList list)
    {
        var read = new object?[list.Count];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = Read(list[i]);
        }

        return read;
    }

    private static CelerySerializationException Unwritable(string name, object value, string rule)
        => new($"Header '{name}' cannot be sent with a value of type {value.GetType().Name}: {rule}.");
}
