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

    /// <summary>The exchange to publish to (<c>exchange</c>); takes effect together with <see cref="RoutingKey"/>, in place of a queue.</summary>
    public string? Exchange { get; init; }

    /// <summary>The routing key to publish with (<c>routing_key</c>).</summary>
    public string? RoutingKey { get; init; }

    /// <summary>0 to 255; RabbitMQ serves larger numbers first (on queues with <c>x-max-priority</c>), Redis smaller ones.</summary>
    public int? Priority { get; init; }

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

    /// <summary>Headers of your own, merged into the message's (<c>headers</c>). A name of the protocol's own headers replaces that header.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Headers { get; init; }

    /// <summary>The text shown for the positional arguments in place of their values, to hide secrets (<c>argsrepr</c>).</summary>
    public string? ArgsRepr { get; init; }

    /// <summary>The text shown for the keyword arguments in place of their values, to hide secrets (<c>kwargsrepr</c>).</summary>
    public string? KwargsRepr { get; init; }

    /// <summary>These options, with those that are set in <paramref name="over"/> taking precedence.</summary>
    /// <param name="over">The options that win.</param>
    internal SendOptions Overlay(SendOptions over) => ReferenceEquals(over, Default) ? this : ReferenceEquals(this, Default) ? over : new()
    {
        TaskId = over.TaskId ?? TaskId,
        Queue = over.Queue ?? Queue,
        Exchange = over.Exchange ?? Exchange,
        RoutingKey = over.RoutingKey ?? RoutingKey,
        Priority = over.Priority ?? Priority,
        Countdown = over.Countdown ?? (over.Eta is null ? Countdown : null),
        Eta = over.Eta ?? (over.Countdown is null ? Eta : null),
        ExpiresAfter = over.ExpiresAfter ?? (over.ExpiresAt is null ? ExpiresAfter : null),
        ExpiresAt = over.ExpiresAt ?? (over.ExpiresAfter is null ? ExpiresAt : null),
        IgnoreResult = over.IgnoreResult ?? IgnoreResult,
        TimeLimit = over.TimeLimit ?? TimeLimit,
        SoftTimeLimit = over.SoftTimeLimit ?? SoftTimeLimit,
        Shadow = over.Shadow ?? Shadow,
        Headers = over.Headers ?? Headers,
        ArgsRepr = over.ArgsRepr ?? ArgsRepr,
        KwargsRepr = over.KwargsRepr ?? KwargsRepr,
    };
}
