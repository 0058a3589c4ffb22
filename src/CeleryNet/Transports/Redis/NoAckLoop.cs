using System.Threading.Channels;
using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Redis;

/// <summary>Takes messages without recording them: replies and the like, for which a message lost with its reader is no loss.</summary>
internal sealed class NoAckLoop(
    UnackedStore store, ClaimOrder order, int prefetch, QueueWatch watch, Channel<IDelivery> deliveries, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(250);

    private readonly string[] _lists = [.. order.Lists];

    /// <summary>Runs until told to stop; outages only interrupt it.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await deliveries.Writer.WaitToWriteAsync(stopping).ConfigureAwait(false);
                await TakeOrWaitAsync(prefetch - deliveries.Reader.Count, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A consumer outlives whatever the broker or the network does; the loop has no caller to tell.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (error is not BrokerUnavailableException && !RedisErrors.IsConnectionFailure(error))
                {
                    logger.BackgroundLoopFailed(error, "Taking messages");
                }

                await Task.Delay(_retryDelay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TakeOrWaitAsync(int room, CancellationToken stopping)
    {
        var taken = await store.ClaimAsync(order.Keys, order.Arguments(room, prefix: ""), stopping).ConfigureAwait(false);
        var queues = new List<string>();
        for (var i = 0; i < taken.Length; i += 2)
        {
            var list = (int)taken[i];
            var queue = order.QueueOf(list);
            deliveries.Writer.TryWrite(Read(queue, order.NameOf(list), (byte[])taken[i + 1]!));
            queues.Add(queue);
        }

        order.Rotate(queues);
        if (taken.Length > 0)
        {
            watch.NoteWork();
        }

        if (taken.Length < room * 2)
        {
            await watch.WaitAsync(_lists, stopping).ConfigureAwait(false);
        }
    }

    private static NoAckDelivery Read(string queue, string list, byte[] raw)
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
