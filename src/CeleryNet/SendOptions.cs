using System.Text.Json;

namespace CeleryNet;

/// <summary>How one call is sent. Everything left null is decided by the task's declaration, then by the application's options.</summary>
/// <remarks>Mirrors the options of <c>apply_async</c>. Immutable; change a copy with <c>with</c>.</remarks>
public sealed record SendOptions
{
    /// <summary>No option set.</summary>
    public static SendOptions Default { get; } = new();

    /// <summary>The id of the message and its result; null makes a new one.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>The queue to send to (<c>queue</c>).</summary>
    public string? Queue { get; init; }

    /// <summary>The exchange to publish to (<c>exchange</c>); together with <see cref="RoutingKey"/> it goes before the queue, which then is only declared.</summary>
    public string? Exchange { get; init; }

    /// <summary>
    /// The routing key to publish with (<c>routing_key</c>). Without an <see cref="Exchange"/> it is for the exchange of the queue; a direct exchange
    /// takes none, since there the queue's name decides, as in Celery.
    /// </summary>
    public string? RoutingKey { get; init; }

    /// <summary>0 to 255; RabbitMQ serves larger numbers first (on queues with <c>x-max-priority</c>), Redis smaller ones.</summary>
    public int? Priority { get; init; }

    /// <summary>Whether the message survives a restart of the broker; null leaves it to the queue, then to the application (<c>delivery_mode</c>).</summary>
    public DeliveryMode? DeliveryMode { get; init; }

    /// <summary>The name of the serializer that writes the body, such as <c>json</c>; null for the application's (<c>serializer</c>).</summary>
    public string? Serializer { get; init; }

    /// <summary>The name of the compression of the body, such as <c>gzip</c>; null for the application's (<c>compression</c>).</summary>
    public string? Compression { get; init; }

    /// <summary>Whether sending is tried again while the broker cannot be reached; null leaves it to the application (<c>retry</c>).</summary>
    public bool? Retry { get; init; }

    /// <summary>How often and how fast it is tried again, in place of the application's policy (<c>retry_policy</c>).</summary>
    public PublishRetryPolicy? RetryPolicy { get; init; }

    /// <summary>Run no sooner than this long after sending; not together with <see cref="Eta"/>.</summary>
    public TimeSpan? Countdown { get; init; }

    /// <summary>Run no sooner than this instant.</summary>
    public DateTimeOffset? Eta { get; init; }

    /// <summary>Do not run later than this long after sending; not together with <see cref="ExpiresAt"/> (<c>expires</c> as a number).</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>Do not run later than this instant (<c>expires</c> as a date).</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether the worker stores no result; null leaves it to the worker (<c>ignore_result</c>).</summary>
    public bool? IgnoreResult { get; init; }

    /// <summary>The hard time limit of the run (<c>time_limit</c>).</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The soft time limit of the run (<c>soft_time_limit</c>).</summary>
    public TimeSpan? SoftTimeLimit { get; init; }

    /// <summary>The name shown in logs and monitors in place of the task's (<c>shadow</c>).</summary>
    public string? Shadow { get; init; }

    /// <summary>Where the worker sends results that travel as messages; null for this program's own address (<c>reply_to</c>).</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The group the call belongs to (<c>group_id</c>).</summary>
    public string? GroupId { get; init; }

    /// <summary>The call's place in its group, from 0 (<c>group_index</c>).</summary>
    public int? GroupIndex { get; init; }

    /// <summary>The first task of the workflow; null for that of the task that sends, or the call itself (<c>root_id</c>).</summary>
    public TaskId? RootId { get; init; }

    /// <summary>The task the call comes from; null for the one that sends, if any does (<c>parent_id</c>).</summary>
    public TaskId? ParentId { get; init; }

    /// <summary>How many times the task was retried before (<c>retries</c>); null for 0.</summary>
    public int? Retries { get; init; }

    /// <summary>
    /// Stamps: values that mark the call, to be seen by the task and, by their names, by whoever revokes stamped tasks. Celery 5.3 and newer know them.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Stamps { get; init; }

    /// <summary>Headers of your own, merged into the message's (<c>headers</c>). A name of the protocol's own headers replaces that header.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Headers { get; init; }

    /// <summary>The text shown for the positional arguments in place of their values, to hide secrets (<c>argsrepr</c>).</summary>
    public string? ArgsRepr { get; init; }

    /// <summary>The text shown for the keyword arguments in place of their values, to hide secrets (<c>kwargsrepr</c>).</summary>
    public string? KwargsRepr { get; init; }

    /// <summary>What ties the call to others; null when nothing does.</summary>
    internal WorkflowOptions? Workflow { get; init; }

    /// <summary>These options, with those that are set in <paramref name="over"/> taking precedence.</summary>
    /// <param name="over">The options that win.</param>
    internal SendOptions Overlay(SendOptions over) => ReferenceEquals(over, Default) ? this : ReferenceEquals(this, Default) ? over : new()
    {
        TaskId = over.TaskId ?? TaskId,
        Queue = over.Queue ?? Queue,
        Exchange = over.Exchange ?? Exchange,
        RoutingKey = over.RoutingKey ?? RoutingKey,
        Priority = over.Priority ?? Priority,
        DeliveryMode = over.DeliveryMode ?? DeliveryMode,
        Serializer = over.Serializer ?? Serializer,
        Compression = over.Compression ?? Compression,
        Retry = over.Retry ?? Retry,
        RetryPolicy = over.RetryPolicy ?? RetryPolicy,
        Countdown = over.Countdown ?? (over.Eta is null ? Countdown : null),
        Eta = over.Eta ?? (over.Countdown is null ? Eta : null),
        ExpiresAfter = over.ExpiresAfter ?? (over.ExpiresAt is null ? ExpiresAfter : null),
        ExpiresAt = over.ExpiresAt ?? (over.ExpiresAfter is null ? ExpiresAt : null),
        IgnoreResult = over.IgnoreResult ?? IgnoreResult,
        TimeLimit = over.TimeLimit ?? TimeLimit,
        SoftTimeLimit = over.SoftTimeLimit ?? SoftTimeLimit,
        Shadow = over.Shadow ?? Shadow,
        ReplyTo = over.ReplyTo ?? ReplyTo,
        GroupId = over.GroupId ?? GroupId,
        GroupIndex = over.GroupIndex ?? GroupIndex,
        RootId = over.RootId ?? RootId,
        ParentId = over.ParentId ?? ParentId,
        Retries = over.Retries ?? Retries,
        Stamps = over.Stamps ?? Stamps,
        Headers = over.Headers ?? Headers,
        ArgsRepr = over.ArgsRepr ?? ArgsRepr,
        KwargsRepr = over.KwargsRepr ?? KwargsRepr,
        Workflow = WorkflowOptions.Overlay(Workflow, over.Workflow),
    };
}
