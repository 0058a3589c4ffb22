using CeleryNet.Protocol;
using CeleryNet.Transports.Amqp;
using RabbitMQ.Client;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>Content headers as they come from RabbitMQ, on the way they take from the socket.</summary>
internal sealed class AmqpHeaderTarget() : FuzzTarget("amqp header", 1024 * 1024)
{
    private const int PropertiesStart = 12;

    private readonly IReadOnlyList<byte[]> _properties = FuzzCorpus.ReadAmqpProperties();

    public override FuzzInput Create(Random random)
    {
        var original = FuzzCorpus.Pick(_properties, random);
        byte[] properties = [.. new byte[PropertiesStart], .. ByteMutator.Mutate(original, FuzzCorpus.Pick(_properties, random), random)];
        var piece = random.Next(1, 64);
        return new FuzzInput(properties, () => Read([.. properties], [.. properties], piece));
    }

    private static void Read(byte[] whole, byte[] inPieces, int piece)
    {
        var length = whole.Length;
        var walked = Walk(whole);
        if (!Walk(inPieces, piece).AsSpan().SequenceEqual(whole.AsSpan(0, walked)))
        {
            throw new InvalidOperationException("Walked in pieces the header is another one.");
        }

        if (whole.Length != length)
        {
            throw new InvalidOperationException("The header has another length.");
        }

        IReadOnlyBasicProperties properties;
        try
        {
            properties = new ReadOnlyBasicProperties(whole.AsSpan(PropertiesStart));
        }
#pragma warning disable CA1031 // What RabbitMQ's client makes of what RabbitMQ does not let through is its own affair.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }

        TaskMessageReader.ReadHeaders(AmqpProperties.Read(properties, []).Headers);
    }

    private static int Walk(byte[] header)
    {
        var walker = new AmqpHeaderWalker(incoming: true);
        walker.Begin();
        return walker.Walk(header);
    }

    // As the stream does it: what is not done with is shown again before what follows.
    private static byte[] Walk(byte[] header, int piece)
    {
        var walker = new AmqpHeaderWalker(incoming: true);
        walker.Begin();
        var output = new List<byte>(header.Length);
        byte[] held = [];
        foreach (var part in header.Chunk(piece))
        {
            byte[] shown = [.. held, .. part];
            var done = walker.Walk(shown);
            output.AddRange(shown.AsSpan(0, done));
            held = shown[done..];
        }

        return [.. output];
    }
}
