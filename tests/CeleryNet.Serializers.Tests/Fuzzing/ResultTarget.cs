using System.Numerics;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results.Rpc;
using CeleryNet.Serialization;
using CeleryNet.Serializers.Tests.Vectors;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>Result documents of every serializer, as a backend keeps them and as a reply brings them, to the value or the exception that the caller gets.</summary>
internal sealed class ResultTarget() : FuzzTarget("result document", 32 * 1024 * 1024)
{
    private static readonly TaskId _id = "90c5ee55-417c-46d8-ab42-20614b1ab7fb";
    private static readonly JsonSerializerOptions _options = CeleryJson.Complete(null);

    private static readonly Action<ResultMeta>[] _reads =
    [
        meta => AsyncResult.ReadInfo(meta),
        meta => AsyncResult.ReadResult<JsonElement>(meta, _options),
        meta => AsyncResult.ReadResult<object>(meta, _options),
        meta => AsyncResult.ReadResult<int>(meta, _options),
        meta => AsyncResult.ReadResult<double>(meta, _options),
        meta => AsyncResult.ReadResult<decimal>(meta, _options),
        meta => AsyncResult.ReadResult<string>(meta, _options),
        meta => AsyncResult.ReadResult<byte[]>(meta, _options),
        meta => AsyncResult.ReadResult<Guid>(meta, _options),
        meta => AsyncResult.ReadResult<DateTimeOffset>(meta, _options),
        meta => AsyncResult.ReadResult<TimeSpan>(meta, _options),
        meta => AsyncResult.ReadResult<BigInteger>(meta, _options),
        meta => AsyncResult.ReadResult<Complex>(meta, _options),
        meta => AsyncResult.ReadResult<List<object>>(meta, _options),
        meta => AsyncResult.ReadResult<Dictionary<string, object>>(meta, _options),
    ];

    private readonly IReadOnlyList<byte[]> _documents = FuzzCorpus.ReadResults();

    public override FuzzInput Create(Random random)
    {
        var serializer = FuzzCorpus.Pick(VectorReaders.Serializers, random);
        var original = FuzzCorpus.Pick(_documents, random);
        var document = random.Next(2) == 0
            ? JsonMutator.Mutate(original, random)!
            : ByteMutator.Mutate(serializer.Encode(original).Span, FuzzCorpus.Pick(_documents, random), random);
        serializer = document.Length > 0 && document[0] == '{' ? VectorReaders.Serializers[0] : serializer;
        var isReply = random.Next(2) == 0;
        return new FuzzInput(document, () => Read(document, serializer, isReply));
    }

    private static void Read(byte[] document, CelerySerializer serializer, bool isReply)
    {
        var codec = new ResultCodec(FuzzReaders.Codec, serializer);
        if (isReply)
        {
            var reply = RpcReplyReader.Read(
                new Envelope { Body = document, ContentType = serializer.ContentType, ContentEncoding = serializer.ContentEncoding, CorrelationId = _id.Value }, codec);
            Use(reply.Meta ?? throw reply.Error!);
        }
        else
        {
            Use(codec.Decode(document, _id));
        }
    }

    private static void Use(ResultMeta meta)
    {
        var error = ExceptionInfo.Read(meta).ToException(meta);
        if (string.IsNullOrEmpty(error.Message))
        {
            throw new InvalidOperationException("The exception says nothing.");
        }

        foreach (var read in _reads)
        {
            try
            {
                read(meta);
            }
            catch (CeleryException)
            {
                // Most results are of one type only.
            }
        }

        new ResultMetaWriter().Write(meta);
    }
}
