namespace CeleryNet.Fault.Tests.Setup;

/// <summary>A clock whose hands somebody moves. Timers and measured times go on as before, as they do when a machine's clock is set.</summary>
internal sealed class AdjustableClock : TimeProvider
{
    private long _offset;

    /// <summary>How far the clock is ahead of the true time; negative when it is behind.</summary>
    public TimeSpan Offset
    {
        get => new(Volatile.Read(ref _offset));
        set => Volatile.Write(ref _offset, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
