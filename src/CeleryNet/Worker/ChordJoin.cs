using CeleryNet.Protocol;
using CeleryNet.Results;

namespace CeleryNet.Worker;

/// <summary>Brings the results of a chord's header together: the one argument of its body. celery/result.py GroupResult.join</summary>
internal static class ChordJoin
{
    /// <exception cref="ResultBackendException">The backend could not be asked for a result that was not reported, or does not have it.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ToJsonAsync(ChordParts all, IResultBackend backend, CancellationToken cancellationToken)
    {
        var output = new MemoryStream();
        if (all.Group is null)
        {
            WriteList(output, all.Parts, static (stream, part) => Write(stream, part.Result));
        }
        else
        {
            var reported = all.Parts.ToDictionary(part => part.TaskId, part => part.Result);
            await WriteAsync(output, all.Group, reported, backend, cancellationToken).ConfigureAwait(false);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    // A header with a group in it has that group's results as a list.
    private static async ValueTask WriteAsync(
        MemoryStream output, ResultNode node, Dictionary<TaskId, ReadOnlyMemory<byte>> reported, IResultBackend backend, CancellationToken cancellationToken)
    {
        if (node.Members is not { } members)
        {
            Write(output, reported.TryGetValue(node.Id, out var result) ? result : await FindAsync(node.Id, backend, cancellationToken).ConfigureAwait(false));
            return;
        }

        output.WriteByte((byte)'[');
        for (var i = 0; i < members.Count; i++)
        {
            output.Write(i == 0 ? ""u8 : ", "u8);
            await WriteAsync(output, members[i], reported, backend, cancellationToken).ConfigureAwait(false);
        }

        output.WriteByte((byte)']');
    }

    private static async ValueTask<ReadOnlyMemory<byte>> FindAsync(TaskId id, IResultBackend backend, CancellationToken cancellationToken)
        => await backend.GetAsync(id, cancellationToken).ConfigureAwait(false) is { State.IsReady: true } stored
            ? stored.Result
            : throw new CelerySerializationException($"The result of task {id} is in the header of the chord and neither was reported nor is stored.");

    private static void WriteList<T>(MemoryStream output, IReadOnlyList<T> items, Action<MemoryStream, T> write)
    {
        output.WriteByte((byte)'[');
        for (var i = 0; i < items.Count; i++)
        {
            output.Write(i == 0 ? ""u8 : ", "u8);
            write(output, items[i]);
        }

        output.WriteByte((byte)']');
    }

    private static void Write(MemoryStream output, ReadOnlyMemory<byte> json) => output.Write(json.IsEmpty ? "null"u8 : json.Span);
}
