using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Serializers.Tests.Vectors;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>Readers of everything, with limits that inputs reach.</summary>
internal static class FuzzReaders
{
    public static ContentLimits Limits { get; } = new() { MaxSize = 64 * 1024 };

    public static ContentCodec Codec { get; } = VectorReaders.CreateCodec(Limits);

    public static TaskMessageReader Tasks { get; } = new(Codec);

    /// <summary>A decoded body, as the reader of messages goes on with it.</summary>
    public static TaskBody Split(ReadOnlyMemory<byte> body) => TaskBodyReader.Read(body, Limits.MaxDepth);
}
