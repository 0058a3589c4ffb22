using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>Buffers with a JSON writer each, to be used again. Safe for concurrent use; a buffer is its renter's alone until it is returned.</summary>
/// <param name="options">How the writers write.</param>
internal sealed class JsonBuffers(JsonWriterOptions options)
{
    private const int InitialSize = 1024;
    private const int MaxKeptSize = 64 * 1024;

    // Each is in use for the microseconds that writing takes, so there are no more than threads that write.
    private static readonly int _maxIdle = Environment.ProcessorCount * 2;

    private readonly ConcurrentQueue<Buffer> _idle = new();

    public Buffer Rent() => _idle.TryDequeue(out var buffer) ? buffer : new Buffer(options);

    /// <summary>Gives a buffer back. One whose writing failed need not be.</summary>
    public void Return(Buffer buffer)
    {
        if (buffer.Output.Capacity <= MaxKeptSize && _idle.Count < _maxIdle)
        {
            buffer.Clear();
            _idle.Enqueue(buffer);
        }
    }

    internal sealed class Buffer
    {
        public Buffer(JsonWriterOptions options)
        {
            Output = new ArrayBufferWriter<byte>(InitialSize);
            Writer = new Utf8JsonWriter(Output, options);
        }

        public ArrayBufferWriter<byte> Output { get; }

        public Utf8JsonWriter Writer { get; }

        public void Clear()
        {
            Output.ResetWrittenCount();
            Writer.Reset();
        }
    }
}
