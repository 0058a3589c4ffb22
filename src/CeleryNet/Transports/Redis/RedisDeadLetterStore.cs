using System.Security.Cryptography;
using CeleryNet.Protocol;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// The dead letters of a queue: a list, the newest at its left end. An element is named by its digest and taken away by its content, so that it does not
/// matter who else takes some at the same time.
/// </summary>
internal sealed class RedisDeadLetterStore(RedisConnection connection, RedisKeys keys, string suffix) : IDeadLetterStore
{
    private const int Page = 100;

    public async ValueTask<long> CountAsync(string queue, StepDeadline step)
    {
        try
        {
            var database = await ConnectAsync(step).ConfigureAwait(false);
            return await database.ListLengthAsync(ListOf(queue)).WaitAsync(step.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) && !connection.IsDisposed)
        {
            throw connection.Unavailable(error);
        }
    }

    public async ValueTask<IReadOnlyList<DeadLetter>> ListAsync(string queue, int limit, StepDeadline step)
    {
        var letters = new List<DeadLetter>();
        try
        {
            var database = await ConnectAsync(step).ConfigureAwait(false);
            while (letters.Count < limit)
            {
                var page = await ReadAsync(database, queue, letters.Count, Math.Min(Page, limit - letters.Count), step).ConfigureAwait(false);
                letters.AddRange(page.Select(element => Describe(queue, element, DeadLetterEntry.Read(element))));
                if (page.Count < Page)
                {
                    break;
                }
            }
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) && !connection.IsDisposed)
        {
            throw connection.Unavailable(error);
        }

        return letters;
    }

    public async ValueTask<int> TakeAsync(DeadLetterRequest request, StepDeadline step)
    {
        try
        {
            var database = await ConnectAsync(step).ConfigureAwait(false);
            return await TakeAsync(database, request, step).ConfigureAwait(false);
        }
        catch (RedisServerException error) when (request.Replay && !RedisErrors.IsConnectionFailure(error))
        {
            throw new PublishException(
                $"Redis at '{connection.Target.Display}' refused to put a message back into queue '{request.Queue}': {RedisErrors.Describe(error)}.", error);
        }
        catch (Exception error) when (RedisErrors.IsClientError(error) && !connection.IsDisposed)
        {
            throw connection.Unavailable(error);
        }
    }

    private async Task<int> TakeAsync(IDatabase database, DeadLetterRequest request, StepDeadline step)
    {
        // New ones come in at the other end, so the distance from the old end only changes with what is taken away.
        var left = await database.ListLengthAsync(ListOf(request.Queue)).WaitAsync(step.Token).ConfigureAwait(false);
        var (taken, passed) = (0, 0);
        while (taken < request.AtMost && left > 0)
        {
            var page = await ReadAsync(database, request.Queue, passed, (int)Math.Min(Page, left), step).ConfigureAwait(false);
            if (page.Count == 0)
            {
                break;
            }

            left -= page.Count;
            foreach (var element in page)
            {
                var entry = DeadLetterEntry.Read(element);
                if (taken == request.AtMost || !request.IsWanted(Describe(request.Queue, element, entry)))
                {
                    passed++;
                }
                else if (await TakeAsync(database, request, element, entry, step).ConfigureAwait(false))
                {
                    taken++;
                }
            }
        }

        return taken;
    }

    private async Task<bool> TakeAsync(IDatabase database, DeadLetterRequest request, byte[] element, DeadLetterEntry entry, StepDeadline step)
    {
        RedisKey list = ListOf(request.Queue);
        var taking = request.Replay
            ? database.ScriptEvaluateAsync(RedisScripts.Replay, [list, keys.ListFor(request.Queue, entry.Envelope?.Priority)], [element, DeliveryMarks.Forget(entry.Message)])
            : database.ScriptEvaluateAsync(RedisScripts.Drop, [list], [element]);
        var taken = (bool)await taking.WaitAsync(step.Token).ConfigureAwait(false);
        step.Restart();
        return taken;
    }

    // Oldest first.
    private async Task<List<byte[]>> ReadAsync(IDatabase database, string queue, int skipped, int count, StepDeadline step)
    {
        var reading = database.ListRangeAsync(ListOf(queue), -skipped - count, -skipped - 1);
        var elements = await reading.WaitAsync(step.Token).ConfigureAwait(false);
        step.Restart();
        var page = new List<byte[]>(elements.Length);
        for (var i = elements.Length - 1; i >= 0; i--)
        {
            page.Add((byte[])elements[i]!);
        }

        return page;
    }

    private async ValueTask<IDatabase> ConnectAsync(StepDeadline step)
    {
        var database = await connection.GetDatabaseAsync(step.Token).ConfigureAwait(false);
        step.Restart();
        return database;
    }

    private string ListOf(string queue) => keys.DeadLetters(queue + suffix);

    private static DeadLetter Describe(string queue, byte[] element, DeadLetterEntry entry)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(element).AsSpan(0, 16));
        return DeadLetterFactory.Create(id, queue, entry.Reason, entry.Time, entry.Envelope ?? new Envelope { Body = entry.Message });
    }
}
