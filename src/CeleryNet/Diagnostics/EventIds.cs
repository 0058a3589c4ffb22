namespace CeleryNet.Diagnostics;

/// <summary>Ids of log events, by thousand: 1 connection, 2 task, 3 control, 4 events. An id never changes its meaning.</summary>
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
    public const int DelaysUnavailable = 1030;

    public const int TaskSucceeded = 2001;
    public const int TaskFailed = 2002;
    public const int TaskReceived = 2003;
    public const int TaskAbandoned = 2004;
    public const int TaskHeld = 2005;
    public const int TaskExpired = 2006;
    public const int TaskUnrunnable = 2007;
    public const int ResultStoreFailed = 2008;
    public const int ResultNotStored = 2009;
    public const int StartedNotStored = 2010;
    public const int ScopeDisposalFailed = 2011;
    public const int DeliveryFailed = 2012;
    public const int WorkerReady = 2013;
    public const int WorkerStopping = 2014;
    public const int WorkerHurries = 2015;
    public const int WorkerLeftBehind = 2016;
    public const int WorkerStopped = 2017;
    public const int WorkerCannotConsume = 2018;
    public const int WorkerFailed = 2019;
    public const int ResultSimplified = 2020;
    public const int FailedTaskNotKept = 2021;
    public const int TaskRetried = 2022;
    public const int RetryNotSent = 2023;
    public const int RetryNotStored = 2024;
    public const int TaskRejected = 2025;
    public const int RejectionWithoutEffect = 2026;
    public const int TaskIgnored = 2027;
    public const int AlreadySucceeded = 2028;
    public const int RunUnguarded = 2029;
    public const int SoftTimeLimitExceeded = 2035;
    public const int TimeLimitExceeded = 2036;
    public const int TaskStuck = 2037;
    public const int StuckTaskEnded = 2038;
    public const int WorkerRetires = 2039;
    public const int SoftShutdown = 2045;
    public const int ShutdownSignalled = 2046;
    public const int SlotsChanged = 2047;
    public const int QueueAdded = 2048;
    public const int QueueRemoved = 2049;
    public const int ObserverFailed = 2030;
    public const int WorkerGivesUp = 2031;
    public const int TaskRevoked = 2040;
    public const int TaskTerminated = 2041;
    public const int StateRestored = 2042;
    public const int StateSetAside = 2043;
    public const int StateNotSaved = 2044;
    public const int TaskLimited = 2050;
    public const int EtaLimitReached = 2051;

    public const int ControlInterrupted = 3001;
    public const int ControlMessageUnreadable = 3002;
    public const int ControlCommandUnknown = 3003;
    public const int ControlCommandFailed = 3004;
    public const int ControlReplyNotSent = 3005;
    public const int TasksRevoked = 3006;

    public const int EventsDelayed = 4001;
    public const int EventsResumed = 4002;
    public const int EventsRefused = 4003;
    public const int EventsLost = 4004;
    public const int TaskEventsEnabled = 4005;
    public const int TaskEventsDisabled = 4006;
    public const int EventUnreadable = 4007;
}
