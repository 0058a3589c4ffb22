using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Serializers.Tests.Vectors;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>What is mutated: the captures.</summary>
internal static class FuzzCorpus
{
    private static readonly VectorKind[] _messages =
        [VectorKind.TaskMessage, VectorKind.Protocol1Message, VectorKind.SerializedMessage, VectorKind.TypedArgument, VectorKind.CompressedMessage];

    /// <summary>Task messages of every serializer, compression and both protocols.</summary>
    public static IReadOnlyList<Envelope> ReadMessages() =>
    [
        .. _messages.SelectMany(VectorFiles.Of)
            .Where(file => CapturedMessage.ReadError(file) is null)
            .SelectMany(CapturedMessage.ReadAll)
            .Select(message => message.Envelope),
    ];

    /// <summary>List elements of Redis: tasks, events, requests.</summary>
    public static IReadOnlyList<byte[]> ReadRedisElements() =>
    [
        .. _messages.SelectMany(VectorFiles.Of)
            .Where(file => file.Contains("/redis/", StringComparison.Ordinal))
            .SelectMany(file => VectorFiles.Read(file).GetProperty("entries").EnumerateArray())
            .Select(entry => Encoding.UTF8.GetBytes(entry.GetProperty("raw").GetString()!)),
        .. VectorFiles.Of(VectorKind.RedisControl)
            .SelectMany(file => VectorFiles.Read(file).GetProperty("published").EnumerateArray())
            .Select(message => Encoding.UTF8.GetBytes(message[1].GetString()!)),
    ];

    /// <summary>The basic properties of content headers.</summary>
    public static IReadOnlyList<byte[]> ReadAmqpProperties() =>
    [
        .. _messages.SelectMany(VectorFiles.Of)
            .Where(file => file.Contains("/amqp/", StringComparison.Ordinal))
            .Select(VectorFiles.Read)
            .Where(vector => vector.TryGetProperty("messages", out _))
            .SelectMany(vector => vector.GetProperty("messages").EnumerateArray())
            .Select(message => message.GetProperty("raw_content_header_properties_b64").GetBytesFromBase64()),
    ];

    /// <summary>Result documents.</summary>
    public static IReadOnlyList<byte[]> ReadResults() =>
    [
        .. VectorFiles.Of(VectorKind.StoredResult)
            .Select(file => VectorFiles.Read(file).GetProperty("value"))
            .Where(value => value.ValueKind == JsonValueKind.String)
            .Select(value => Encoding.UTF8.GetBytes(value.GetString()!)),
    ];

    public static T Pick<T>(IReadOnlyList<T> items, Random random) => items[random.Next(items.Count)];
}
