using CeleryNet.Pickle.Reading;
using CeleryNet.Pickle.Writing;

namespace CeleryNet.Extensibility;

/// <summary>
/// Celery's pickle serializer, for data only. Reads what Python's pickle writes of plain values, collections, dates and times, <c>Decimal</c>, <c>UUID</c>,
/// bytes, Celery's signatures and its handles to results; refuses everything else. Writes values so that Python gets back their exact types.
/// </summary>
/// <remarks>
/// <para>A pickle is a program. Python runs it, and it may call any function there: whoever can put a message into the queue of a Python worker that
/// accepts pickle owns that worker, and a Python client that reads pickled results is owned by whoever can write to the result backend. This
/// class never runs anything: names in a pickle are compared with a closed list and never looked up, and a pickle that needs one that is not on the list is
/// refused. But it makes nobody else safer. Use it to take part in a deployment that has pickle already; prefer json for all else.</para>
/// <para>Tuples and sets become lists, keys of maps become strings as in Python's JSON, a time in a named zone keeps its offset. The exception that
/// Celery pickles as the result of a failed task becomes the map that the other serializers write (<c>exc_type</c>, <c>exc_message</c>, <c>exc_module</c>).</para>
/// <para>Mirrors <c>pickle</c> in Celery's <c>task_serializer</c>, <c>result_serializer</c> and <c>accept_content</c>.</para>
/// </remarks>
public sealed class PickleCelerySerializer : CelerySerializer
{
    /// <summary>Creates the serializer: name <c>pickle</c>, content type <c>application/x-python-serialize</c>, content encoding <c>binary</c>.</summary>
    public PickleCelerySerializer()
        : base("pickle", "application/x-python-serialize", "binary")
    {
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json) => PickleWriter.Write(json.Span);

    /// <inheritdoc/>
    /// <exception cref="MalformedMessageException">The body is no pickle, holds something else than data, or exceeds a limit; also when it takes
    /// more than eight times <see cref="ContentLimits.MaxSize"/> of memory, and more than 4 MiB.</exception>
    public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentEncoding, ContentLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return PickleReader.Read(body.Span, limits);
    }
}
