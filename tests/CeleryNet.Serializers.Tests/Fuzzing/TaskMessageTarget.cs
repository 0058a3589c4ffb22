using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Serializers.Tests.Vectors;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>Task messages of every kind, from the envelope to the arguments of the task: body, compressed body, headers, what the properties say of them.</summary>
internal sealed class TaskMessageTarget() : FuzzTarget("task message", 32 * 1024 * 1024)
{
    private static readonly string[] _headerNames =
    [
        HeaderNames.Task, HeaderNames.Id, HeaderNames.Shadow, HeaderNames.Eta, HeaderNames.Expires, HeaderNames.Group, HeaderNames.GroupIndex, HeaderNames.Retries,
        HeaderNames.TimeLimit, HeaderNames.RootId, HeaderNames.ParentId, HeaderNames.IgnoreResult, HeaderNames.Compression, HeaderNames.Stamps,
    ];

    private static readonly object?[] _headerValues =
    [
        null, "", "x", "\ud800", true, 0L, -1L, 1L, long.MaxValue, double.NaN, double.PositiveInfinity, 1e300, 0.5, decimal.MaxValue, new byte[] { 0xFF },
        new System.Numerics.BigInteger(1e40), Array.Empty<object?>(), new object?[] { null }, new object?[] { null, null }, new object?[] { 1L, 2.5 },
        new object?[] { double.NaN, double.NegativeInfinity }, new object?[] { "1", "2" }, new Dictionary<string, object?>(), DateTimeOffset.MinValue, DateTimeOffset.MaxValue,
        "2026-01-02T03:04:05+00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-13-45", "application/x-gzip", "bzip2", "zstd", "application/x-lzma",
        "brotli", "unknown",
    ];

    private static readonly string?[] _contentTypes =
        [null, "", "application/json", "application/x-msgpack", "application/x-yaml", "application/x-python-serialize", "application/data", "text/plain"];

    private static readonly string?[] _contentEncodings = [null, "", "utf-8", "binary", "ascii", "latin-1", "utf-16", "unknown"];

    private readonly IReadOnlyList<Envelope> _messages = FuzzCorpus.ReadMessages();

    public override FuzzInput Create(Random random)
    {
        var original = FuzzCorpus.Pick(_messages, random);
        var body = MutateBody(original, FuzzCorpus.Pick(_messages, random), random);
        var envelope = new Envelope
        {
            Body = body,
            ContentType = random.Next(20) == 0 ? FuzzCorpus.Pick(_contentTypes, random) : original.ContentType,
            ContentEncoding = random.Next(20) == 0 ? FuzzCorpus.Pick(_contentEncodings, random) : original.ContentEncoding,
            Headers = MutateHeaders(original.Headers, random),
            CorrelationId = original.CorrelationId,
            ReplyTo = original.ReplyTo,
        };
        var type = random.Next(64);
        return new FuzzInput(body, () => Read(envelope, type));
    }

    private static void Read(Envelope envelope, int type)
    {
        var message = FuzzReaders.Tasks.Read(envelope);
        ArgumentRepr.Args(message.Body.Args.Span);
        ArgumentRepr.Kwargs(message.Body.Kwargs.Span);
        ArgumentProbe.Bind(message.Body, type);
    }

    // Half of what is compressed is spoiled before it is compressed, so that what is behind the compression gets its share.
    private static byte[] MutateBody(Envelope original, Envelope other, Random random)
    {
        if (original.Headers.GetString(HeaderNames.Compression) is { } name && random.Next(2) == 0)
        {
            var compression = VectorReaders.Compressions.Find(name)!;
            var body = Decompressor.Decompress(compression, original.Body, FuzzReaders.Limits);
            return compression.Compress(Mutate(body.Span, other.Body.Span, random)).ToArray();
        }

        return Mutate(original.Body.Span, other.Body.Span, random);
    }

    private static byte[] Mutate(ReadOnlySpan<byte> body, ReadOnlySpan<byte> other, Random random)
        => (random.Next(2) == 0 ? JsonMutator.Mutate(body, random) : null) ?? ByteMutator.Mutate(body, other, random);

    private static MessageHeaders MutateHeaders(MessageHeaders original, Random random)
    {
        var headers = new MessageHeaders();
        foreach (var (name, value) in original.Items)
        {
            headers.Add(name, value);
        }

        if (random.Next(4) == 0)
        {
            headers.Set(FuzzCorpus.Pick(_headerNames, random), FuzzCorpus.Pick(_headerValues, random));
        }

        return headers;
    }
}
