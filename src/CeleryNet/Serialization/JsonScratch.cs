using System.Buffers;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>Writes small JSON documents again and again without a new buffer for each. Safe for concurrent use.</summary>
/// <param name="options">How they are written.</param>
internal sealed class JsonScratch(JsonWriterOptions options)
{
    // A large document must not leave its buffer behind.
    private const int LargestKept = 64 * 1024;

    private Page? _spare;

    /// <summary>Writes a document.</summary>
    /// <param name="state">What is written.</param>
    /// <param name="write">Writes it, into the buffer or by the writer; each flushes what it writes by itself.</param>
    public byte[] Write<T>(T state, Action<Page, T> write)
    {
        var page = Interlocked.Exchange(ref _spare, null) ?? new Page(options);
        write(page, state);
        page.Writer.Flush();
        var document = page.Output.WrittenSpan.ToArray();
        if (page.Output.Capacity <= LargestKept)
        {
            page.Output.ResetWrittenCount();
            page.Writer.Reset(page.Output);
            Volatile.Write(ref _spare, page);
        }

        return document;
    }

    /// <summary>A buffer, and a writer for it.</summary>
    internal sealed class Page
    {
        public Page(JsonWriterOptions options)
        {
            Output = new ArrayBufferWriter<byte>(1024);
            Writer = new Utf8JsonWriter(Output, options);
        }

        public ArrayBufferWriter<byte> Output { get; }

        public Utf8JsonWriter Writer { get; }
    }
}
