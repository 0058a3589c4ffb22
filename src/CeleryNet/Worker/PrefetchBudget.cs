using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>
/// How many deliveries a worker may have in hand unsettled: some for each slot, and one more for each that only waits for its time, so that those do not
/// keep others out. Tells the consumer of each change. Safe for concurrent use. kombu/common.py QoS
/// </summary>
internal sealed class PrefetchBudget(WorkerOptions options)
{
    private readonly Lock _gate = new();
    private IConsumer? _consumer;
    private int _slots = options.Concurrency;
    private int _held;
    private int _begunEarly;

    /// <summary>How many there may be now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return Compute();
            }
        }
    }

    /// <summary>Whether more wait for their time than are made room for.</summary>
    public bool IsEtaLimitReached => Volatile.Read(ref _held) >= options.EtaTaskLimit;

    /// <summary>Steers this consumer from now on.</summary>
    public void Steer(IConsumer consumer)
    {
        lock (_gate)
        {
            _consumer = consumer;
            consumer.SetPrefetch(Compute());
        }
    }

    /// <summary>There are so many slots now.</summary>
    public void SetSlots(int slots) => Change(ref _slots, slots);

    /// <summary>So many wait for their time now.</summary>
    public void SetHeld(int held) => Change(ref _held, held);

    /// <summary>A task begins whose message is acknowledged first: its slot is taken, and nothing unsettled shows it.</summary>
    public void BeginEarly() => Add(1);

    public void EndEarly() => Add(-1);

    private void Add(int change)
    {
        if (!options.DisablePrefetch)
        {
            return;
        }

        lock (_gate)
        {
            _begunEarly += change;
            _consumer?.SetPrefetch(Compute());
        }
    }

    private void Change(ref int field, int value)
    {
        lock (_gate)
        {
            if (field != value)
            {
                field = value;
                _consumer?.SetPrefetch(Compute());
            }
        }
    }

    private int Compute()
    {
        var forSlots = options.DisablePrefetch ? Math.Max(0, _slots - _begunEarly)
            : options.PrefetchMultiplier == 0 ? ConsumerRequest.LargestPrefetch
            : (long)_slots * options.PrefetchMultiplier;
        return (int)Math.Min(ConsumerRequest.LargestPrefetch, forSlots + Math.Min(_held, options.EtaTaskLimit));
    }
}
