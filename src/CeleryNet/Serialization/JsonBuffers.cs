using System.Collections.Concurrent;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>Buffers with a JSON writer each, to be used again. Safe for concurrent use; a buffer is its renter's alone until it is returned.</summary>
/// <param name="options">How the writers write.</param>
internal sealed class JsonBuffers(JsonWriterOptions options)
{
    // Each is in use for the microseconds that writing takes, so there are no more than threads that write.
    private static readonly int _maxIdle = Environment.ProcessorCount * 2;

    private readonly ConcurrentQueue<Buffer> _idle = new();

    // Mostly one thread writes at a time, and is served from here.
    private Buffer? _first;

    public Buffer Rent() => Interlocked.Exchange(ref _first, null) ?? (_idle.TryDequeue(out var buffer) ? buffer : new Buffer(options));

    /// <summary>Gives a buffer back. One whose writing failed need not be.</summary>
    public void Return(Buffer buffer)
    {
        buffer.Clear();
        if (Interlocked.CompareExchange(ref _first, buffer, null) is not null && _idle.Count < _maxIdle)
        {
            _idle.Enqueue(buffer);
        }
    }

    /// <summary>Writes a document.</summary>
    /// <param name="state">What is written.</param>
    /// <param name="write">Writes it, by the buffer's writer or past it: who does both flushes the writer in between.</param>
    public byte[] Write<T>(T state, Action<Buffer, T> write)
    {
        var buffer = Rent();
        write(buffer, state);
        var document = buffer.ToArray();
        Return(buffer);
        return document;
    }

    internal sealed class Buffer
    {
        public Buffer(JsonWriterOptions options)
        {
            Output = new PooledBuffer();
            Writer = new Utf8JsonWriter(Output, options);
        }

        public PooledBuffer Output { get; }

        public Utf8JsonWriter Writer { get; }

        /// <summary>All that was written.</summary>
        public byte[] ToArray()
        {
            Writer.Flush();
            return Output.Written.ToArray();
        }

        public void Clear()
        {
            Output.Clear();
            Writer.Reset();
        }
    }
}
