using System.Threading.Channels;

namespace CeleryNet.Transports.Redis;

/// <summary>How many messages may be taken: what is held, against a bound that may change. Safe for concurrent use; one may wait at a time.</summary>
internal sealed class PrefetchWindow(int bound)
{
    private readonly Channel<bool> _freed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _bound = bound;
    private int _held;

    /// <summary>How many more may be taken; not above 0 when there is no room.</summary>
    public int Room => Volatile.Read(ref _bound) - Volatile.Read(ref _held);

    public void Enter(int count) => Interlocked.Add(ref _held, count);

    /// <summary>Takes a place if there is room, also when several want it at a time.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _held) <= Volatile.Read(ref _bound))
        {
            return true;
        }

        Interlocked.Decrement(ref _held);
        return false;
    }

    /// <summary>Frees a place. Who waits for one is not told yet, since others may follow at once.</summary>
    public void Leave() => Interlocked.Decrement(ref _held);

    /// <summary>Tells who waits that there may be room now.</summary>
    public void TellOfRoom() => _freed.Writer.TryWrite(true);

    public void Resize(int bound)
    {
        Volatile.Write(ref _bound, bound);
        TellOfRoom();
    }

    /// <summary>Returns when there may be room.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        if (Room <= 0)
        {
            await _freed.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
