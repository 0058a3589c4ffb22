using System.Text;
using BenchmarkDotNet.Attributes;
using CeleryNet.Transports.Amqp;
using RabbitMQ.Client;

namespace CeleryNet.Benchmarks;

/// <summary>The headers of a delivery of RabbitMQ: the bytes that pass by, and the table that RabbitMQ.Client makes of them.</summary>
public class AmqpHeaderBenchmarks
{
    private readonly byte[] _body = Sample.Add().Body.ToArray();
    private readonly AmqpHeaderWalker _walker = new(incoming: true);
    private readonly BasicProperties _properties = CreateProperties();
    private readonly byte[] _payload = CreatePayload();

    [Benchmark]
    public int WalkBytes()
    {
        _walker.Begin();
        return _walker.Walk(_payload);
    }

    [Benchmark]
    public object Read() => AmqpProperties.Read(_properties, _body);

    [Benchmark]
    public object Write() => AmqpProperties.Write(Sample.Add());

    // As RabbitMQ.Client hands it over: texts are bytes, integers what they were on the wire.
    private static BasicProperties CreateProperties()
    {
        var properties = AmqpProperties.Write(Sample.Add());
        properties.Headers = properties.Headers!.ToDictionary(header => header.Key, header => header.Value is string text ? Encoding.UTF8.GetBytes(text) : header.Value);
        return properties;
    }

    // class u16, weight u16, body size u64, flags u16, content-type shortstr, content-encoding shortstr, headers table, delivery-mode octet
    private static byte[] CreatePayload()
    {
        const int ContentType = 1 << 15, ContentEncoding = 1 << 14, Headers = 1 << 13, DeliveryMode = 1 << 12;
        var table = new MemoryStream();
        foreach (var (name, value) in CreateProperties().Headers!)
        {
            ShortText(table, name);
            switch (value)
            {
                case byte[] text:
                    table.WriteByte((byte)'S');
                    BigEndian(table, text.Length, 4);
                    table.Write(text);
                    break;
                case bool flag:
                    table.Write([(byte)'t', flag ? (byte)1 : (byte)0]);
                    break;
                case int number:
                    table.WriteByte((byte)'I');
                    BigEndian(table, number, 4);
                    break;
                case System.Collections.IList { Count: 2 }:
                    table.WriteByte((byte)'A');
                    BigEndian(table, 2, 4);
                    table.Write("VV"u8);
                    break;
                case null:
                    table.WriteByte((byte)'V');
                    break;
                default:
                    throw new InvalidOperationException($"The header '{name}' is a {value.GetType()}, which is not written here.");
            }
        }

        var payload = new MemoryStream();
        BigEndian(payload, 60, 2);
        BigEndian(payload, 0, 2);
        BigEndian(payload, 100, 8);
        BigEndian(payload, ContentType | ContentEncoding | Headers | DeliveryMode, 2);
        ShortText(payload, "application/json");
        ShortText(payload, "utf-8");
        BigEndian(payload, table.Length, 4);
        table.WriteTo(payload);
        payload.WriteByte(2);
        return payload.ToArray();
    }

    private static void ShortText(MemoryStream output, string text)
    {
        output.WriteByte((byte)text.Length);
        output.Write(Encoding.UTF8.GetBytes(text));
    }

    private static void BigEndian(MemoryStream output, long value, int bytes)
    {
        for (var i = bytes - 1; i >= 0; i--)
        {
            output.WriteByte((byte)(value >> (8 * i)));
        }
    }
}
