namespace CeleryNet.Diagnostics;

/// <summary>Ids of log events, by thousand: 1 connection, 2 task, 3 control, 4 beat. An id never changes its meaning.</summary>
internal static class EventIds
{
    public const int Connected = 1001;
    public const int ConnectionLost = 1002;
    public const int ConnectFailed = 1003;
    public const int MessagesRestored = 1004;
    public const int LeaseLost = 1005;
    public const int SettlementFailed = 1006;
    public const int DeadLettered = 1007;
    public const int UnreadableResult = 1008;
    public const int RepliesDropped = 1009;
    public const int BackgroundLoopFailed = 1010;
    public const int QueueWatchUnsupported = 1011;
    public const int FanoutDropped = 1012;
    public const int ResultWatchDelayed = 1013;
    public const int ConsumeInterrupted = 1020;
    public const int ConsumeFailed = 1021;
}
