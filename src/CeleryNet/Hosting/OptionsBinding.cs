using CeleryNet.Extensibility;
using Microsoft.Extensions.Configuration;

namespace CeleryNet.Hosting;

/// <summary>The options of this package and their names in Celery.</summary>
internal sealed class OptionsBinding(IConfiguration root, string section) : CeleryOptionsBinding(root, section)
{
    public void Bind(CeleryOptions options)
    {
        Urls("Broker", "broker_url", value => options.Broker = value);
        Urls("BrokerRead", "broker_read_url", value => options.BrokerRead = value);
        Urls("BrokerWrite", "broker_write_url", value => options.BrokerWrite = value);
        Text("BrokerFailoverStrategy", "broker_failover_strategy", value => options.BrokerFailoverStrategy =
            SettingValue.Word<BrokerFailoverStrategy>(PathOf("BrokerFailoverStrategy"), value.Replace("-", "", StringComparison.Ordinal)));
        Text("BrokerLoginMethod", "broker_login_method", value => options.BrokerLoginMethod = value.Equals("AMQPLAIN", StringComparison.OrdinalIgnoreCase)
            ? BrokerLoginMethod.Plain
            : SettingValue.Word<BrokerLoginMethod>(PathOf("BrokerLoginMethod"), value));
        Text("ResultBackend", "result_backend", value => options.ResultBackend = value);
        Text("DefaultQueue", "task_default_queue", value => options.DefaultQueue = value);
        BindRouting(options);
        Number("DefaultPriority", "task_default_priority", value => options.DefaultPriority = value);
        Flag("InheritParentPriority", "task_inherit_parent_priority", value => options.InheritParentPriority = value);
        Flag("AlwaysEager", "task_always_eager", value => options.AlwaysEager = value);
        Flag("EagerPropagates", "task_eager_propagates", value => options.EagerPropagates = value);
        Flag("StoreEagerResult", "task_store_eager_result", value => options.StoreEagerResult = value);
        Flag("IgnoreResult", "task_ignore_result", value => options.IgnoreResult = value);
        Span("ResultExpires", "result_expires", value => options.ResultExpires = value);
        Span("ResultChordRetryInterval", "result_chord_retry_interval", value => options.ResultChordRetryInterval = value);
        Flag("ResultExtended", "result_extended", value => options.ResultExtended = value);
        Flag("ResultPersistent", "result_persistent", value => options.ResultPersistent = value);
        BindResilience(options);
        Text("ControlExchange", "control_exchange", value => options.ControlExchange = value);
        Span("ControlQueueTtl", "control_queue_ttl", value => options.ControlQueueTtl = value);
        Span("ControlQueueExpires", "control_queue_expires", value => options.ControlQueueExpires = value);
        Flag("ControlQueueExclusive", "control_queue_exclusive", value => options.ControlQueueExclusive = value);
        Flag("ControlQueueDurable", "control_queue_durable", value => options.ControlQueueDurable = value);
        Flag("SendTaskSentEvent", "task_send_sent_event", value => options.SendTaskSentEvent = value);
        Text("EventExchange", "event_exchange", value => options.EventExchange = value);
        Text("EventQueuePrefix", "event_queue_prefix", value => options.EventQueuePrefix = value);
        Span("EventQueueTtl", "event_queue_ttl", value => options.EventQueueTtl = value);
        Span("EventQueueExpires", "event_queue_expires", value => options.EventQueueExpires = value);
        Flag("EventQueueExclusive", "event_queue_exclusive", value => options.EventQueueExclusive = value);
        Flag("EventQueueDurable", "event_queue_durable", value => options.EventQueueDurable = value);
        Text("EventSerializer", "event_serializer", value => options.EventSerializer = value);
        Span("PublishTimeout", null, value => options.PublishTimeout = value);
        Number("PublishConcurrency", null, value => options.PublishConcurrency = value);
        Span("ConnectTimeout", "broker_connection_timeout", value => options.ConnectTimeout = value);
        Span("Heartbeat", "broker_heartbeat", value => options.Heartbeat = value);
        Number("MaxBodySize", null, value => options.MaxBodySize = value);
        Number("MaxDepth", null, value => options.MaxDepth = value);
        Number("MaxCompressionRatio", null, value => options.MaxCompressionRatio = value);
        Text("TaskSerializer", "task_serializer", value => options.TaskSerializer = value);
        Text("ResultSerializer", "result_serializer", value => options.ResultSerializer = value);
        List("AcceptContent", "accept_content", values => options.AcceptContent = [.. values]);
        List("ResultAcceptContent", "result_accept_content", values => options.ResultAcceptContent = [.. values]);
        Text("TaskCompression", "task_compression", value => options.TaskCompression = value);
        Number("TaskProtocol", "task_protocol", value => options.TaskProtocol = value);
        Flag("JsonTypeTags", null, value => options.JsonTypeTags = value);
        Text("TimeZone", "timezone", value => options.TimeZone = value);
        Flag("EnableUtc", "enable_utc", value => options.EnableUtc = value);
    }

    public void Bind(WorkerOptions options)
    {
        List("Queues", null, values => options.Queues = [.. values]);
        List("ExcludeQueues", null, values => options.ExcludeQueues = [.. values]);
        Flag("WorkerDirect", "worker_direct", value => options.WorkerDirect = value);
        Text("Autoscale", null, value => options.Autoscale = SettingValue.Autoscale(PathOf("Autoscale"), value));
        Number("Concurrency", "worker_concurrency", value => options.Concurrency = value);
        Number("PrefetchMultiplier", "worker_prefetch_multiplier", value => options.PrefetchMultiplier = value);
        Flag("DisablePrefetch", "worker_disable_prefetch", value => options.DisablePrefetch = value);
        Number("EtaTaskLimit", "worker_eta_task_limit", value => options.EtaTaskLimit = value);
        Text("Hostname", null, value => options.Hostname = value);
        Flag("AcksLate", "task_acks_late", value => options.AcksLate = value);
        Flag(
            "CancelLongRunningTasksOnConnectionLoss",
            "worker_cancel_long_running_tasks_on_connection_loss",
            value => options.CancelLongRunningTasksOnConnectionLoss = value);
        AcksOnFailureOrTimeout(options);
        Flag("RejectOnWorkerLost", "task_reject_on_worker_lost", value => options.RejectOnWorkerLost = value);
        Number("MaxDeliveries", null, value => options.MaxDeliveries = value);
        Flag("DeduplicateSuccessfulTasks", "worker_deduplicate_successful_tasks", value => options.DeduplicateSuccessfulTasks = value);
        Flag("TrackStarted", "task_track_started", value => options.TrackStarted = value);
        Flag("StoreErrorsEvenIfIgnored", "task_store_errors_even_if_ignored", value => options.StoreErrorsEvenIfIgnored = value);
        Word<UnrunnableMessages>("UnrunnableMessages", null, value => options.UnrunnableMessages = value);
        Flag("KeepFailedTasks", null, value => options.KeepFailedTasks = value);
        Span("TimeLimit", "task_time_limit", value => options.TimeLimit = value);
        Span("SoftTimeLimit", "task_soft_time_limit", value => options.SoftTimeLimit = value);
        Number("MaxStuckTasks", null, value => options.MaxStuckTasks = value);
        Number("MaxTasks", "worker_max_tasks_per_child", value => options.MaxTasks = value);
        Number("MaxMemory", "worker_max_memory_per_child", value => options.MaxMemory = value);
        Text("DefaultRateLimit", "task_default_rate_limit", value => options.DefaultRateLimit = value);
        Flag("DisableRateLimits", "worker_disable_rate_limits", value => options.DisableRateLimits = value);
        Span("ShutdownGrace", null, value => options.ShutdownGrace = value);
        Span("SoftShutdownTimeout", "worker_soft_shutdown_timeout", value => options.SoftShutdownTimeout = value);
        Flag("EnableSoftShutdownOnIdle", "worker_enable_soft_shutdown_on_idle", value => options.EnableSoftShutdownOnIdle = value);
        Flag("HandleSignals", null, value => options.HandleSignals = value);
        Flag("ConnectRetryOnStartup", "broker_connection_retry_on_startup", value => options.ConnectRetryOnStartup = value);
        Number("RevokesMax", "worker_revokes_max", value => options.RevokesMax = value);
        Span("RevokeExpires", "worker_revoke_expires", value => options.RevokeExpires = value);
        Text("StateDb", "worker_state_db", value => options.StateDb = value);
        Flag("SendTaskEvents", "worker_send_task_events", value => options.SendTaskEvents = value);
        Flag("SendHeartbeats", null, value => options.SendHeartbeats = value);
        Span("HeartbeatInterval", null, value => options.HeartbeatInterval = value);
        Flag("EnableRemoteControl", "worker_enable_remote_control", value => options.EnableRemoteControl = value);
    }

    // Celery 5.6 has split one setting into two, which go before it.
    private void AcksOnFailureOrTimeout(WorkerOptions options)
    {
        Flag("AcksOnFailureOrTimeout", "task_acks_on_failure_or_timeout", value => options.AcksOnFailure = options.AcksOnTimeout = value);
        Flag("AcksOnFailure", "task_acks_on_failure", value => options.AcksOnFailure = value);
        Flag("AcksOnTimeout", "task_acks_on_timeout", value => options.AcksOnTimeout = value);
    }

    private void BindResilience(CeleryOptions options)
    {
        Flag("ConnectRetry", "broker_connection_retry", value => options.ConnectRetry = value);
        Number("ConnectMaxRetries", "broker_connection_max_retries", value => options.ConnectMaxRetries = value);
        Flag("ResultStoreRetry", "result_backend_always_retry", value => options.ResultStoreRetry = value);

        // Celery's default is Python's infinity.
        Text("ResultStoreMaxRetries", "result_backend_max_retries", value => options.ResultStoreMaxRetries =
            value.Equals("inf", StringComparison.OrdinalIgnoreCase) ? null : SettingValue.Number(PathOf("ResultStoreMaxRetries"), value));
        Span("ResultStoreRetryDelay", null, value => options.ResultStoreRetryDelay = value);
        Span("ResultStoreRetryMaxDelay", null, value => options.ResultStoreRetryMaxDelay = value);
        Milliseconds("ResultStoreRetryDelay", "result_backend_base_sleep_between_retries_ms", value => options.ResultStoreRetryDelay = value);
        Milliseconds("ResultStoreRetryMaxDelay", "result_backend_max_sleep_between_retries_ms", value => options.ResultStoreRetryMaxDelay = value);
    }

    // Celery's names of these say milliseconds, ours are durations like all others.
    private void Milliseconds(string key, string celeryName, Action<TimeSpan> set)
    {
        if (Find(key, null) is null && Find(key, celeryName)?.Value is { } value)
        {
            set(TimeSpan.FromMilliseconds(SettingValue.Number(celeryName, value)));
        }
    }

    private void BindRouting(CeleryOptions options)
    {
        Text("DefaultExchange", "task_default_exchange", value => options.DefaultExchange = value);
        Text("DefaultExchangeType", "task_default_exchange_type", value => options.DefaultExchangeType = value);
        Text("DefaultRoutingKey", "task_default_routing_key", value => options.DefaultRoutingKey = value);
        Word<QueueType>("DefaultQueueType", "task_default_queue_type", value => options.DefaultQueueType = value);
        Flag("CreateMissingQueues", "task_create_missing_queues", value => options.CreateMissingQueues = value);
        Word<QueueType>("CreateMissingQueueType", "task_create_missing_queue_type", value => options.CreateMissingQueueType = value);
        Text("CreateMissingQueueExchangeType", "task_create_missing_queue_exchange_type", value => options.CreateMissingQueueExchangeType = value);
        Number("QueueMaxPriority", "task_queue_max_priority", value => options.QueueMaxPriority = value);
        Flag("DetectQuorumQueues", "worker_detect_quorum_queues", value => options.DetectQuorumQueues = value);
        Word<QueueType>(
            "NativeDelayedDeliveryQueueType", "broker_native_delayed_delivery_queue_type", value => options.NativeDelayedDeliveryQueueType = value);
        Word<DeliveryMode>("DefaultDeliveryMode", "task_default_delivery_mode", value => options.DefaultDeliveryMode = value);
        Flag("HideArguments", null, value => options.HideArguments = value);
        Flag("PublishRetry", "task_publish_retry", value => options.PublishRetry = value);
        Section("PublishRetryPolicy", "task_publish_retry_policy", value => options.PublishRetryPolicy = RoutingBinding.ReadRetryPolicy(value));
        Section("Queues", "task_queues", value => options.Queues = RoutingBinding.ReadQueues(value));
        Section("Routes", "task_routes", value => RoutingBinding.BindRoutes(value, options.Routes));
    }

    // Celery takes several as a list too.
    private void Urls(string key, string celeryName, Action<string> set)
    {
        if (Find(key, celeryName) is { } found)
        {
            set(found.Value ?? string.Join(';', found.GetChildren().Select(child => child.Value)));
        }
    }

    private void Section(string key, string? celeryName, Action<IConfigurationSection> set)
    {
        if (Find(key, celeryName) is { } found)
        {
            set(found);
        }
    }
}
