using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CeleryNet.Events;

/// <summary>A message with events while it is written: one event, or a list of them. Not safe for concurrent use.</summary>
#pragma warning disable CA1001 // The writer writes to memory; what is not closed is dropped as it is.
internal sealed class EventBatch
#pragma warning restore CA1001
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _json;
    private readonly Utf8JsonWriter _writer;

    /// <param name="routingKey">Its routing key.</param>
    /// <param name="isList">Whether it is a list.</param>
    /// <param name="capacity">How many bytes it will take, as far as that can be known.</param>
    public EventBatch(string routingKey, bool isList, int capacity)
    {
        RoutingKey = routingKey;
        IsList = isList;
        _json = new ArrayBufferWriter<byte>(capacity);
        _writer = new Utf8JsonWriter(_json, _options);
        if (isList)
        {
            _writer.WriteStartArray();
        }
    }

    public string RoutingKey { get; }

    public bool IsList { get; }

    /// <summary>How many events it holds.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes they take.</summary>
    public int Size => _json.WrittenCount + _writer.BytesPending;

    /// <summary>Adds an event.</summary>
    public void Add<T>(EventSource source, string type, T state, EventFields<T> fields)
    {
        source.Write(_writer, type, state, fields);
        Count++;
    }

    /// <summary>Ends it; nothing can be added any more.</summary>
    /// <returns>Its JSON.</returns>
    public ReadOnlyMemory<byte> Close()
    {
        if (IsList)
        {
            _writer.WriteEndArray();
        }

        _writer.Flush();
        _writer.Dispose();
        return _json.WrittenMemory;
    }
}
