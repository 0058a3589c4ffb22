using System.Text;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>List elements as they come from Redis: the element itself, or the body in it.</summary>
internal sealed class RedisElementTarget() : FuzzTarget("redis element", 32 * 1024 * 1024)
{
    private static readonly byte[] _bodyKey = "\"body\": \""u8.ToArray();

    private readonly IReadOnlyList<byte[]> _elements = FuzzCorpus.ReadRedisElements();

    public override FuzzInput Create(Random random)
    {
        var original = FuzzCorpus.Pick(_elements, random);
        var element = random.Next(3) switch
        {
            0 => ByteMutator.Mutate(original, FuzzCorpus.Pick(_elements, random), random),
            1 => JsonMutator.Mutate(original, random) ?? original,
            _ => WithBody(original, random),
        };
        return new FuzzInput(element, () => Read(element));
    }

    private static void Read(byte[] element)
    {
        var marked = DeliveryMarks.Restore(element);
        byte[] record = [.. "["u8, .. element, .. ", \"\", \"celery\"]"u8];
        try
        {
            StoredMessage.Read(record);
        }
        catch (MalformedMessageException)
        {
        }

        var message = RedisEnvelopeReader.Read(element);
        RedisEnvelopeReader.Read(marked.Span);
        FuzzReaders.Tasks.Read(message.Envelope);
    }

    private static byte[] WithBody(byte[] element, Random random)
    {
        var start = element.AsSpan().IndexOf(_bodyKey) + _bodyKey.Length;
        var length = element.AsSpan(start).IndexOf((byte)'"');
        var body = Convert.FromBase64String(Encoding.ASCII.GetString(element.AsSpan(start, length)));
        var mutated = (random.Next(2) == 0 ? JsonMutator.Mutate(body, random) : null) ?? ByteMutator.Mutate(body, element, random);
        return [.. element.AsSpan(0, start), .. Encoding.ASCII.GetBytes(Convert.ToBase64String(mutated)), .. element.AsSpan(start + length)];
    }
}
