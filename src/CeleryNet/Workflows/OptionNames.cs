namespace CeleryNet.Workflows;

/// <summary>The options of a signature by their names on the wire. celery/canvas.py Signature.options, celery/app/base.py Celery.send_task</summary>
internal static class OptionNames
{
    public const string TaskId = "task_id";
    public const string Queue = "queue";
    public const string Exchange = "exchange";
    public const string RoutingKey = "routing_key";
    public const string Priority = "priority";
    public const string DeliveryMode = "delivery_mode";
    public const string Serializer = "serializer";
    public const string Compression = "compression";
    public const string Retry = "retry";
    public const string RetryPolicy = "retry_policy";
    public const string Countdown = "countdown";
    public const string Eta = "eta";
    public const string Expires = "expires";
    public const string IgnoreResult = "ignore_result";
    public const string TimeLimit = "time_limit";
    public const string SoftTimeLimit = "soft_time_limit";
    public const string Shadow = "shadow";
    public const string ReplyTo = "reply_to";
    public const string GroupId = "group_id";
    public const string GroupIndex = "group_index";
    public const string RootId = "root_id";
    public const string ParentId = "parent_id";
    public const string Retries = "retries";
    public const string Headers = "headers";
    public const string ArgsRepr = "argsrepr";
    public const string KwargsRepr = "kwargsrepr";
    public const string StampedHeaders = "stamped_headers";
    public const string Link = "link";
    public const string LinkError = "link_error";
    public const string Chain = "chain";
    public const string Chord = "chord";

    // Of a retry policy.
    public const string MaxRetries = "max_retries";
    public const string IntervalStart = "interval_start";
    public const string IntervalStep = "interval_step";
    public const string IntervalMax = "interval_max";
}
