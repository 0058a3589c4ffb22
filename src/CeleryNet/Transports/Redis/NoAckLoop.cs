using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Redis;

/// <summary>Takes messages without recording them: replies and the like, for which a message lost with its reader is no loss.</summary>
internal sealed class NoAckLoop(
    UnackedStore store,
    ClaimOrder order,
    ConsumedQueues queues,
    PrefetchWindow window,
    QueueWatch watch,
    DeliveryQueue deliveries,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs until told to stop; outages only interrupt it.</summary>
    public Task RunAsync(CancellationToken stopping)
        => BackgroundLoop.RunAsync("Taking messages", TakeOrWaitAsync, _retryDelay, time, logger, stopping);

    private async Task TakeOrWaitAsync(CancellationToken stopping)
    {
        await window.WaitForRoomAsync(stopping).ConfigureAwait(false);
        var room = window.Room;
        if (room <= 0)
        {
            return;
        }

        int taken;
        CancellationToken changed;
        await queues.EnterAsync(stopping).ConfigureAwait(false);
        try
        {
            (var names, changed) = queues.Current;
            order.Use(names);
            taken = names.Count > 0 ? await TakeAsync(room, stopping).ConfigureAwait(false) : 0;
        }
        finally
        {
            queues.Exit();
        }

        if (taken > 0)
        {
            watch.NoteWork();
        }

        if (taken < room)
        {
            await watch.WaitAsync(order.Lists, changed, stopping).ConfigureAwait(false);
        }
    }

    private async Task<int> TakeAsync(int room, CancellationToken stopping)
    {
        var taken = await store.ClaimAsync(order.Keys, order.Arguments(room, prefix: ""), stopping).ConfigureAwait(false);
        var count = 0;
        var delivered = new List<string>();
        for (var i = 0; i < taken.Length;)
        {
            var (list, queue) = order.At((int)taken[i++]);
            delivered.Add(queue);
            for (var left = (int)taken[i++]; left > 0; left--)
            {
                window.Enter(1);
                deliveries.TryAdd(Read(queue, list, (byte[])taken[i++]!));
                count++;
            }
        }

        order.Rotate(delivered);
        return count;
    }

    private NoAckDelivery Read(string queue, string list, byte[] raw)
    {
        RedisEnvelope? message = null;
        string? unreadable = null;
        try
        {
            message = RedisEnvelopeReader.Read(raw);
        }
        catch (MalformedMessageException error)
        {
            unreadable = error.Message;
        }

        return new NoAckDelivery
        {
            Window = window,
            Raw = raw,
            List = list,
            Envelope = message?.Envelope,
            Unreadable = unreadable,
            Queue = queue,
            Exchange = message?.Exchange ?? "",
            RoutingKey = message?.RoutingKey ?? queue,
            Redelivered = message?.Redelivered ?? false,
        };
    }
}
