using System.Numerics;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Results;
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
        meta => ResultJson.Parse(meta.Result, meta.TaskId),
        meta => Snapshot(meta).ReadChildren(),
        meta => Snapshot(meta).ReadArgs(),
        meta => Snapshot(meta).ReadKwargs(),
        meta => ResultJson.Read<JsonElement>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<object>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<int>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<double>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<decimal>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<string>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<byte[]>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<Guid>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<DateTimeOffset>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<TimeSpan>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<BigInteger>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<Complex>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<List<object>>(meta.Result, meta.TaskId, _options),
        meta => ResultJson.Read<Dictionary<string, object>>(meta.Result, meta.TaskId, _options),
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

    private static ResultSnapshot Snapshot(ResultMeta meta)
        => new(meta, new ResultAccess(new DisabledResultBackend(), _options, TimeSpan.FromDays(1), TimeProvider.System));

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
