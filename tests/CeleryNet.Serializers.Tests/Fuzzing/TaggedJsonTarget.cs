using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Serializers.Tests.Vectors;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>JSON with type tags, there and back: as objects, by each serializer, as arguments.</summary>
internal sealed class TaggedJsonTarget() : FuzzTarget("tagged json", 32 * 1024 * 1024)
{
    private static readonly byte[] _original = """
        [{"__type__": "datetime", "__value__": "2026-01-02T03:04:05.678901+02:00"}, {"__type__": "date", "__value__": "2026-01-02"}, {"__type__": "time", "__value__": "03:04:05"},
        {"__type__": "decimal", "__value__": "12.340"}, {"__type__": "uuid", "__value__": {"hex": "12345678123456789234567812345678"}}, {"__type__": "bytes", "__value__": "abc"},
        {"__type__": "base64", "__value__": "AP/+"}, {"__type__": "float", "__value__": "nan"}]
        """u8.ToArray();

    private static readonly byte[] _own = """
        [{"__type__": "timedelta", "__value__": [1, 2, 3]}, {"__type__": "complex", "__value__": ["1.0", "-2.0"]}, {"a": {"__type__": "float", "__value__": "-inf"}}, 123456789012345678901234567890]
        """u8.ToArray();

    public override FuzzInput Create(Random random)
    {
        var json = JsonMutator.Mutate(random.Next(2) == 0 ? _original : _own, random)!;
        var serializer = FuzzCorpus.Pick(VectorReaders.Serializers, random);
        var type = random.Next(64);
        return new FuzzInput(json, () => Read(json, serializer, type));
    }

    private static void Read(byte[] json, CelerySerializer serializer, int type)
    {
        var read = FuzzReaders.Codec.Decode(json, "application/json", "utf-8", null);

        // The body is checked to be JSON when it is split.
        byte[] body = [.. "["u8, .. read.Span, .. ", {}, null]"u8];
        var args = TaskBodyReader.Read(body, FuzzReaders.Limits.MaxDepth);
        Refuse(() => ArgumentProbe.Bind(args, type));
        Refuse(() => WireJson.FromObject(WireJson.ToObject(args.Args.Span), FuzzReaders.Limits));

        // What is written is read again.
        EncodedContent written;
        try
        {
            written = FuzzReaders.Codec.Encode(args.Args, serializer, null);
        }
        catch (CelerySerializationException)
        {
            return;
        }

        FuzzReaders.Codec.Decode(written.Body, written.ContentType, written.ContentEncoding, null);
    }

    private static void Refuse(Action read)
    {
        try
        {
            read();
        }
        catch (CeleryException)
        {
        }
    }
}
