using Microsoft.Extensions.Logging;

namespace CeleryNet.Diagnostics;

/// <summary>What is logged about remote control.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(EventId = EventIds.ControlInterrupted, Level = LogLevel.Warning, Message = "{Hostname} does not receive remote control: {Reason}; trying again in {Delay}")]
    public static partial void ControlInterrupted(this ILogger logger, string hostname, string reason, TimeSpan delay);

    [LoggerMessage(EventId = EventIds.ControlMessageUnreadable, Level = LogLevel.Warning, Message = "A remote control message cannot be read: {Reason}")]
    public static partial void ControlMessageUnreadable(this ILogger logger, string reason);

    [LoggerMessage(EventId = EventIds.ControlCommandUnknown, Level = LogLevel.Debug, Message = "The remote control command {Command} is not known here")]
    public static partial void ControlCommandUnknown(this ILogger logger, string command);

    [LoggerMessage(EventId = EventIds.ControlCommandFailed, Level = LogLevel.Error, Message = "The remote control command {Command} failed")]
    public static partial void ControlCommandFailed(this ILogger logger, Exception error, string command);

    [LoggerMessage(EventId = EventIds.ControlReplyNotSent, Level = LogLevel.Warning, Message = "The reply to the remote control command {Command} could not be sent")]
    public static partial void ControlReplyNotSent(this ILogger logger, Exception error, string command);

    [LoggerMessage(EventId = EventIds.TasksRevoked, Level = LogLevel.Information, Message = "Revoked {Tasks}: {Count} of them were here and end by it (terminate: {Terminate})")]
    public static partial void TasksRevoked(this ILogger logger, string tasks, int count, bool terminate);
}
