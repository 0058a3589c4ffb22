using Microsoft.Extensions.Logging;

namespace CeleryNet.Diagnostics;

/// <summary>What is logged about the events by which monitors see workers and tasks.</summary>
internal static partial class EventLog
{
    [LoggerMessage(EventId = EventIds.EventsDelayed, Level = LogLevel.Warning, Message = "{Hostname} cannot send its events: {Reason}; up to {MaxSize} bytes of them wait, the newest")]
    public static partial void EventsDelayed(this ILogger logger, string hostname, string reason, int maxSize);

    [LoggerMessage(EventId = EventIds.EventsResumed, Level = LogLevel.Information, Message = "{Hostname} sends its events again; {Dropped} of them were dropped meanwhile")]
    public static partial void EventsResumed(this ILogger logger, string hostname, long dropped);

    [LoggerMessage(EventId = EventIds.EventsRefused, Level = LogLevel.Error, Message = "{Hostname} has dropped a message {RoutingKey} with {Count} events: {Reason}")]
    public static partial void EventsRefused(this ILogger logger, string hostname, string routingKey, int count, string reason);

    [LoggerMessage(EventId = EventIds.EventsLost, Level = LogLevel.Warning, Message = "{Hostname} has ended before the broker took its last {Count} events")]
    public static partial void EventsLost(this ILogger logger, string hostname, int count);

    [LoggerMessage(EventId = EventIds.EventUnreadable, Level = LogLevel.Warning, Message = "A message with events cannot be read: {Reason}")]
    public static partial void EventUnreadable(this ILogger logger, string reason);

    [LoggerMessage(EventId = EventIds.TaskEventsEnabled, Level = LogLevel.Information, Message = "{Hostname} sends events of tasks from now on, by remote control")]
    public static partial void TaskEventsEnabled(this ILogger logger, string hostname);

    [LoggerMessage(EventId = EventIds.TaskEventsDisabled, Level = LogLevel.Information, Message = "{Hostname} sends no more events of tasks, by remote control")]
    public static partial void TaskEventsDisabled(this ILogger logger, string hostname);
}
