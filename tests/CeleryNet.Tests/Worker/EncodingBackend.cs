using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Worker;

/// <summary>A backend that keeps documents as those beyond this process do: written by a serializer, within a size.</summary>
internal sealed class EncodingBackend(int maxSize) : IResultBackend
{
    private readonly MemoryResultBackend _inner = new(null, TimeProvider.System);
    private readonly ResultCodec _codec = Codec(maxSize);

    public string ReplyTo => _inner.ReplyTo;

    public ValueTask PrepareAsync(CancellationToken cancellationToken) => _inner.PrepareAsync(cancellationToken);

    public ValueTask StoreAsync(ResultMeta meta, ReplyAddress reply, CancellationToken cancellationToken)
        => _inner.StoreAsync(_codec.Decode(_codec.Encode(meta).Body, meta.TaskId), reply, cancellationToken);

    public ValueTask<ResultMeta?> GetAsync(TaskId taskId, CancellationToken cancellationToken) => _inner.GetAsync(taskId, cancellationToken);

    public IAsyncEnumerable<ResultMeta> WatchAsync(TaskId taskId, CancellationToken cancellationToken) => _inner.WatchAsync(taskId, cancellationToken);

    public ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken) => _inner.ForgetAsync(taskId, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private static ResultCodec Codec(int maxSize)
    {
        var content = ContentCodec.CreateJson(new ContentLimits { MaxSize = maxSize });
        return new ResultCodec(content, content.FindSerializer(JsonCelerySerializer.SerializerName, ""));
    }
}
