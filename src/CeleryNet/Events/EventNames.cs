namespace CeleryNet.Events;

/// <summary>The types of events that Celery knows. What stands before the first hyphen is the group. celery/events/event.py group_from</summary>
internal static class EventNames
{
    public const string TaskSent = "task-sent";
    public const string TaskReceived = "task-received";
    public const string TaskStarted = "task-started";
    public const string TaskSucceeded = "task-succeeded";
    public const string TaskFailed = "task-failed";
    public const string TaskRetried = "task-retried";
    public const string TaskRevoked = "task-revoked";
    public const string TaskRejected = "task-rejected";
    public const string TaskCancelled = "task-cancelled";

    public const string WorkerOnline = "worker-online";
    public const string WorkerHeartbeat = "worker-heartbeat";
    public const string WorkerOffline = "worker-offline";

    /// <summary>The routing key of lists of task events.</summary>
    public const string ManyTaskEvents = "task.multi";

    /// <summary>The routing key of an event.</summary>
    public static string RoutingKey(string type) => type.Replace('-', '.');
}
