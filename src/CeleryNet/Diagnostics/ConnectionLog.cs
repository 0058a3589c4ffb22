using Microsoft.Extensions.Logging;

namespace CeleryNet.Diagnostics;

/// <summary>What is logged about connections, brokers and backends. URLs come in without passwords.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(EventId = EventIds.Connected, Level = LogLevel.Information, Message = "Connected to {Url}")]
    public static partial void Connected(this ILogger logger, string url);

    [LoggerMessage(EventId = EventIds.ConnectionLost, Level = LogLevel.Warning, Message = "Connection to {Url} lost: {Reason}; reconnecting")]
    public static partial void ConnectionLost(this ILogger logger, string url, string reason);

    [LoggerMessage(EventId = EventIds.ConnectFailed, Level = LogLevel.Warning, Message = "Cannot connect to {Url}: {Reason}; trying again in {Delay}")]
    public static partial void ConnectFailed(this ILogger logger, string url, string reason, TimeSpan delay);

    [LoggerMessage(EventId = EventIds.MessagesRestored, Level = LogLevel.Warning, Message = "Restored {Count} messages whose worker had not settled them within the visibility timeout")]
    public static partial void MessagesRestored(this ILogger logger, int count);

    [LoggerMessage(EventId = EventIds.LeaseLost, Level = LogLevel.Warning, Message = "The lease of a message from queue {Queue} was lost; it may run elsewhere")]
    public static partial void LeaseLost(this ILogger logger, string queue);

    [LoggerMessage(EventId = EventIds.SettlementFailed, Level = LogLevel.Warning, Message = "A message from queue {Queue} could not be settled ({Settlement}); the broker will deliver it again")]
    public static partial void SettlementFailed(this ILogger logger, Exception error, string queue, string settlement);

    [LoggerMessage(EventId = EventIds.DeadLettered, Level = LogLevel.Error, Message = "A message from queue {Queue} was moved to {DeadLetterQueue}: {Reason}")]
    public static partial void DeadLettered(this ILogger logger, string queue, string deadLetterQueue, string reason);

    [LoggerMessage(EventId = EventIds.UnreadableResult, Level = LogLevel.Error, Message = "What is stored as the result of {TaskId} cannot be read: {Reason}")]
    public static partial void UnreadableResult(this ILogger logger, string taskId, string reason);

    [LoggerMessage(EventId = EventIds.RepliesDropped, Level = LogLevel.Warning, Message = "{Count} results that nobody waited for were dropped to make room for newer ones")]
    public static partial void RepliesDropped(this ILogger logger, int count);

    [LoggerMessage(EventId = EventIds.BackgroundLoopFailed, Level = LogLevel.Error, Message = "{Loop} failed and is started again")]
    public static partial void BackgroundLoopFailed(this ILogger logger, Exception error, string loop);

    [LoggerMessage(EventId = EventIds.QueueWatchUnsupported, Level = LogLevel.Information, Message = "{Url} does not tell of changed keys ({Reason}); idle consumers look for messages every {Interval}")]
    public static partial void QueueWatchUnsupported(this ILogger logger, string url, string reason, TimeSpan interval);

    [LoggerMessage(EventId = EventIds.FanoutDropped, Level = LogLevel.Warning, Message = "{Count} broadcast messages of {Exchange} were dropped because they were not read in time")]
    public static partial void FanoutDropped(this ILogger logger, long count, string exchange);

    [LoggerMessage(EventId = EventIds.ResultWatchDelayed, Level = LogLevel.Warning, Message = "Results at {Url} cannot be watched: {Reason}; trying again in {Delay}")]
    public static partial void ResultWatchDelayed(this ILogger logger, string url, string reason, TimeSpan delay);

    [LoggerMessage(EventId = EventIds.ConsumeInterrupted, Level = LogLevel.Warning, Message = "Consuming {Queues} was interrupted: {Reason}; consuming again")]
    public static partial void ConsumeInterrupted(this ILogger logger, string queues, string reason);

    [LoggerMessage(EventId = EventIds.ConsumeFailed, Level = LogLevel.Warning, Message = "Cannot consume {Queues}: {Reason}; trying again in {Delay}")]
    public static partial void ConsumeFailed(this ILogger logger, string queues, string reason, TimeSpan delay);

    [LoggerMessage(EventId = EventIds.DelaysUnavailable, Level = LogLevel.Warning, Message = "Consuming {Queues} without native delayed delivery: {Reason}")]
    public static partial void DelaysUnavailable(this ILogger logger, string queues, string reason);
}
