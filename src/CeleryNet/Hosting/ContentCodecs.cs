using CeleryNet.Events;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Hosting;

/// <summary>How an application's messages and results are written and read, put together out of its options and what was added to it.</summary>
/// <param name="Tasks">The bodies of task messages.</param>
/// <param name="Format">How task messages are written unless a call says otherwise.</param>
/// <param name="Results">The documents of results.</param>
/// <param name="Events">The events.</param>
internal sealed record ContentCodecs(ContentCodec Tasks, TaskMessageFormat Format, ResultCodec Results, EventFormat Events)
{
    /// <param name="options">The application's options.</param>
    /// <param name="serializers">The serializers that were added.</param>
    /// <param name="compressions">The compressions that were added.</param>
    /// <exception cref="CeleryConfigurationException">An option names what nobody has added.</exception>
    public static ContentCodecs Create(CeleryOptions options, IEnumerable<CelerySerializer> serializers, IEnumerable<CeleryCompression> compressions)
    {
        var limits = new ContentLimits { MaxSize = options.MaxBodySize, MaxDepth = options.MaxDepth, MaxCompressionRatio = options.MaxCompressionRatio };
        var known = new SerializerRegistry([new JsonCelerySerializer(options.JsonTypeTags), .. serializers]);
        var compression = new CompressionRegistry([new ZlibCompression(), new BrotliCompression(), .. compressions]);
        var resultSerializer = known.Find(options.ResultSerializer, nameof(options.ResultSerializer));
        var tasks = new ContentCodec(known, compression, options.AcceptContent, nameof(options.AcceptContent), limits);
        var results = new ContentCodec(
            known,
            compression,
            [options.ResultSerializer, .. options.ResultAcceptContent ?? options.AcceptContent],
            options.ResultAcceptContent is null ? nameof(options.AcceptContent) : nameof(options.ResultAcceptContent),
            limits);
        return new ContentCodecs(
            tasks,
            new TaskMessageFormat(
                tasks.FindSerializer(options.TaskSerializer, nameof(options.TaskSerializer)),
                tasks.FindCompression(options.TaskCompression, nameof(options.TaskCompression)),
                options.TaskProtocol,
                options.EnableUtc),
            new ResultCodec(results, resultSerializer),
            CreateEvents(options, known, compression, limits));
    }

    // Whatever else is accepted: others may write theirs as JSON. celery/events/receiver.py EventReceiver
    private static EventFormat CreateEvents(CeleryOptions options, SerializerRegistry known, CompressionRegistry compression, ContentLimits limits)
    {
        var content = new ContentCodec(known, compression, [options.EventSerializer, JsonCelerySerializer.SerializerName], nameof(options.EventSerializer), limits);
        return new EventFormat(content, content.FindSerializer(options.EventSerializer, nameof(options.EventSerializer)));
    }
}
