using System.Text;
using CeleryNet.Serializers.Tests.Vectors;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>Signed bodies: spoiled as they are, within their base64, and before they were signed by somebody who is trusted and means no good.</summary>
internal sealed class SignedBodyTarget() : FuzzTarget("signed body", 8 * 1024 * 1024)
{
    private static readonly byte[] _content = """[[2, 3], {"y": "é"}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]"""u8.ToArray();

    private readonly SignedVector[] _signed = [.. VectorFiles.Of(VectorKind.SignedBody).Select(file => new SignedVector(file))];

    public override FuzzInput Create(Random random)
    {
        var signed = FuzzCorpus.Pick(_signed, random);
        var other = FuzzCorpus.Pick(_signed, random).Body;
        var body = random.Next(3) switch
        {
            0 => ByteMutator.Mutate(signed.Body, other, random),
            1 => Encode(ByteMutator.Mutate(Decode(signed.Body), Decode(other), random)),
            _ => Sign(signed, random),
        };
        return new FuzzInput(body, () => FuzzReaders.Split(signed.Serializer.Decode(body, "utf-8", FuzzReaders.Limits)));
    }

    // To sign takes a while; most of what is signed is not even JSON afterwards.
    private static byte[] Sign(SignedVector signed, Random random)
    {
        var content = (random.Next(2) == 0 ? JsonMutator.Mutate(_content, random) : null) ?? ByteMutator.Mutate(_content, signed.Body, random);
        try
        {
            return signed.Serializer.Encode(content).ToArray();
        }
        catch (CelerySerializationException)
        {
            return content;
        }
    }

    private static byte[] Decode(byte[] base64) => Convert.FromBase64String(Encoding.ASCII.GetString(base64));

    private static byte[] Encode(byte[] content) => Encoding.ASCII.GetBytes(Convert.ToBase64String(content));
}
