using System.Text;
using StackExchange.Redis;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// The lists of a consumer in the order in which they are emptied: all queues at step 0, then all at the next. A queue that delivered goes to the end of
/// the queues, so that a busy one does not starve the others. kombu/transport/redis.py Channel._brpop_start, kombu/utils/scheduling.py round_robin_cycle
/// </summary>
internal sealed class ClaimOrder
{
    /// <summary>The places before the first list, for the keys of the record.</summary>
    private const int FirstList = 2;

    private readonly RedisKeys _keys;
    private readonly List<string> _queues = [];
    private IReadOnlyList<string>? _used;
    private RedisValue[] _tails = [];

    public ClaimOrder(RedisKeys keys, IEnumerable<string> queues)
    {
        _keys = keys;
        Use([.. queues]);
    }

    /// <summary>The keys of a claim: two free places, then the lists.</summary>
    public RedisKey[] Keys { get; private set; } = [];

    /// <summary>The lists alone.</summary>
    public IReadOnlyList<string> Lists { get; private set; } = [];

    public IReadOnlyList<string> Queues => _queues;

    /// <summary>The list at a place of <see cref="Lists"/>, and the queue it belongs to.</summary>
    public (string List, string Queue) At(int list) => (Lists[list], _queues[list % _queues.Count]);

    public string FirstListOf(string queue) => _keys.List(queue, _keys.Steps[0]);

    /// <summary>The arguments of a claim.</summary>
    public RedisValue[] Arguments(int room, string prefix)
        => [room, prefix, _queues.Count, .. _tails];

    /// <summary>Takes other queues than before: those that stay keep their turn, new ones come after them.</summary>
    public void Use(IReadOnlyList<string> queues)
    {
        if (!ReferenceEquals(queues, _used))
        {
            _used = queues;
            _queues.RemoveAll(queue => !queues.Contains(queue));
            _queues.AddRange(queues.Distinct(StringComparer.Ordinal).Except(_queues).ToArray());
            Arrange();
        }
    }

    /// <summary>Moves the queues that delivered to the end.</summary>
    public void Rotate(IEnumerable<string> delivered)
    {
        if (_queues.Count <= 1)
        {
            return;
        }

        foreach (var queue in delivered)
        {
            _queues.Remove(queue);
            _queues.Add(queue);
        }

        Arrange();
    }

    private void Arrange()
    {
        Lists = [.. _keys.Steps.SelectMany(_ => _queues, (step, queue) => _keys.List(queue, step))];
        Keys = [.. new RedisKey[FirstList], .. Lists.Select(list => (RedisKey)Encoding.UTF8.GetBytes(list))];
        _tails = [.. _queues.Select(queue => (RedisValue)StoredMessage.Tail(queue))];
    }
}
