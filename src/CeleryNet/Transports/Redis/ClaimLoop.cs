using System.Globalization;
using CeleryNet.Serialization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// Claims messages as long as there is room for them and waits for more. What a claim brings goes on at once; under load claims grow by themselves, since
/// room gathers while one is under way.
/// </summary>
internal sealed class ClaimLoop(
    UnackedStore store,
    ClaimOrder order,
    ConsumedQueues queues,
    PrefetchWindow window,
    LeaseTable leases,
    QueueWatch watch,
    DeliveryQueue deliveries,
    string deadLetterSuffix,
    TimeProvider time,
    ILogger logger)
{
    // More would make the server and the reply stall others for longer than the saved round trips are worth.
    private const int LargestClaim = 64;

    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(250);

    private readonly string _consumerId = TaskId.New().Value;
    private readonly DeliveryOwner _owner = new(store, leases, deadLetterSuffix, logger);
    private readonly RecentStrings _strings = new();
    private readonly List<RedisDelivery> _claimed = new(LargestClaim);
    private long _claims;
    private (string Prefix, int Limit)? _unanswered;

    /// <summary>Runs until told to stop; outages only interrupt it.</summary>
    public Task RunAsync(CancellationToken stopping)
        => BackgroundLoop.RunAsync("Claiming messages", ClaimOrWaitAsync, _retryDelay, time, _owner.Logger, stopping);

    private async Task ClaimOrWaitAsync(CancellationToken stopping)
    {
        await AdoptUnansweredAsync(stopping).ConfigureAwait(false);
        await window.WaitForRoomAsync(stopping).ConfigureAwait(false);
        var limit = Math.Min(window.Room, LargestClaim);
        if (limit <= 0)
        {
            return;
        }

        int claimed;
        CancellationToken changed;
        await queues.EnterAsync(stopping).ConfigureAwait(false);
        try
        {
            (var names, changed) = queues.Current;
            order.Use(names);
            claimed = names.Count > 0 ? await ClaimAsync(limit, stopping).ConfigureAwait(false) : 0;
        }
        finally
        {
            queues.Exit();
        }

        if (claimed > 0)
        {
            watch.NoteWork();
        }

        // Fewer than asked for: the lists are empty now.
        if (claimed < limit)
        {
            await watch.WaitAsync(order.Lists, changed, stopping).ConfigureAwait(false);
        }
    }

    private async Task<int> ClaimAsync(int limit, CancellationToken stopping)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{_consumerId}:{++_claims}:");
        RedisResult[] claimed;
        try
        {
            claimed = await _owner.Store.ClaimAsync(order.Keys, order.Arguments(limit, prefix), stopping).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.MayHaveRun(error))
        {
            _unanswered = (prefix, limit);
            throw;
        }

        var count = 0;
        var delivered = new List<string>(order.Queues.Count);
        for (var i = 0; i < claimed.Length;)
        {
            var (list, queue) = order.At((int)claimed[i++]);
            delivered.Add(queue);
            for (var left = (int)claimed[i++]; left > 0; left--)
            {
                Read(new ClaimTag(prefix, ++count), queue, list, (byte[])claimed[i++]!);
            }
        }

        Deliver();
        order.Rotate(delivered);
        return count;
    }

    // The server may have carried out a claim whose reply the network lost: what it took lies under tags that nobody else knows and would come back only
    // after the visibility timeout. Its tags are known, so it is asked for before anything new is claimed.
    private async Task AdoptUnansweredAsync(CancellationToken stopping)
    {
        if (_unanswered is not { } claim)
        {
            return;
        }

        var found = await _owner.Store.FindClaimedAsync(claim.Prefix, claim.Limit, stopping).ConfigureAwait(false);
        _unanswered = null;
        for (var i = 0; i < found.Length; i += 2)
        {
            var stored = (byte[])found[i + 1]!;
            foreach (var queue in order.Queues)
            {
                if (StoredMessage.TryCutTail(stored, StoredMessage.Tail(queue)) is { } raw)
                {
                    Read(new ClaimTag(claim.Prefix, (int)found[i]), queue, order.FirstListOf(queue), raw);
                    break;
                }
            }
        }

        Deliver();
    }

    private void Deliver()
    {
        _owner.Leases.Add(_claimed);
        deliveries.Add(_claimed);
        _claimed.Clear();
    }

    private void Read(ClaimTag tag, string queue, string list, ReadOnlyMemory<byte> raw)
    {
        RedisEnvelope? message = null;
        string? unreadable = null;
        try
        {
            message = RedisEnvelopeReader.Read(raw.Span, _strings);
        }
        catch (MalformedMessageException error)
        {
            unreadable = error.Message;
        }

        _claimed.Add(new RedisDelivery(tag, raw, _owner)
        {
            List = list,
            Envelope = message?.Envelope,
            Unreadable = unreadable,
            Queue = queue,
            Exchange = message?.Exchange ?? "",
            RoutingKey = message?.RoutingKey ?? queue,
            Redelivered = message?.Redelivered ?? false,
            DeliveryCount = message?.DeliveryCount ?? 0,
        });
    }
}
