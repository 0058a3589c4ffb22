using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CeleryNet.Tests.Hosting;

public sealed class OptionsBindingTests
{
    public static TheoryData<string, string, string> Application { get; } = new()
    {
        { "Celery:Broker", "amqp://h", "Broker=amqp://h" },
        { "Celery:broker_url", "amqp://h", "Broker=amqp://h" },
        { "CELERY_BROKER_URL", "amqp://h", "Broker=amqp://h" },
        { "Celery:BrokerRead", "amqp://r", "BrokerRead=amqp://r" },
        { "CELERY_BROKER_READ_URL", "amqp://r", "BrokerRead=amqp://r" },
        { "Celery:BrokerWrite", "amqp://w", "BrokerWrite=amqp://w" },
        { "Celery:broker_write_url", "amqp://w", "BrokerWrite=amqp://w" },
        { "Celery:BrokerFailoverStrategy", "shuffle", "BrokerFailoverStrategy=Shuffle" },
        { "Celery:broker_failover_strategy", "shuffle", "BrokerFailoverStrategy=Shuffle" },
        { "Celery:BrokerLoginMethod", "external", "BrokerLoginMethod=External" },
        { "Celery:broker_login_method", "EXTERNAL", "BrokerLoginMethod=External" },
        { "Celery:broker_url:0", "amqp://h", "Broker=amqp://h" },
        { "Celery:RedisConnectTimeout", "2", "RedisConnectTimeout=00:00:02" },
        { "Celery:redis_socket_connect_timeout", "2", "RedisConnectTimeout=00:00:02" },
        { "Celery:broker_transport_options:socket_connect_timeout", "2", "RedisConnectTimeout=00:00:02" },
        { "CELERY_BROKER_TRANSPORT_OPTIONS:SOCKET_TIMEOUT", "120", "RedisSocketTimeout=00:02:00" },
        { "Celery:RedisSocketTimeout", "120", "RedisSocketTimeout=00:02:00" },
        { "Celery:redis_socket_timeout", "120", "RedisSocketTimeout=00:02:00" },
        { "Celery:ResultBackend", "rpc://", "ResultBackend=rpc://" },
        { "Celery:result_backend", "rpc://", "ResultBackend=rpc://" },
        { "CELERY_RESULT_BACKEND", "rpc://", "ResultBackend=rpc://" },
        { "Celery:DefaultQueue", "math", "DefaultQueue=math" },
        { "Celery:task_default_queue", "math", "DefaultQueue=math" },
        { "Celery:DefaultExchange", "post", "DefaultExchange=post" },
        { "Celery:task_default_exchange", "post", "DefaultExchange=post" },
        { "Celery:DefaultExchangeType", "topic", "DefaultExchangeType=topic" },
        { "Celery:task_default_exchange_type", "topic", "DefaultExchangeType=topic" },
        { "Celery:DefaultRoutingKey", "post.in", "DefaultRoutingKey=post.in" },
        { "CELERY_TASK_DEFAULT_ROUTING_KEY", "post.in", "DefaultRoutingKey=post.in" },
        { "Celery:DefaultQueueType", "quorum", "DefaultQueueType=Quorum" },
        { "Celery:task_default_queue_type", "Quorum", "DefaultQueueType=Quorum" },
        { "Celery:CreateMissingQueues", "false", "CreateMissingQueues=False" },
        { "Celery:task_create_missing_queues", "0", "CreateMissingQueues=False" },
        { "Celery:CreateMissingQueueType", "quorum", "CreateMissingQueueType=Quorum" },
        { "Celery:task_create_missing_queue_type", "quorum", "CreateMissingQueueType=Quorum" },
        { "Celery:task_create_missing_queue_exchange_type", "topic", "CreateMissingQueueExchangeType=topic" },
        { "Celery:QueueMaxPriority", "10", "QueueMaxPriority=10" },
        { "Celery:task_queue_max_priority", "10", "QueueMaxPriority=10" },
        { "Celery:DetectQuorumQueues", "false", "DetectQuorumQueues=False" },
        { "Celery:worker_detect_quorum_queues", "0", "DetectQuorumQueues=False" },
        { "Celery:NativeDelayedDeliveryQueueType", "classic", "NativeDelayedDeliveryQueueType=Classic" },
        { "CELERY_BROKER_NATIVE_DELAYED_DELIVERY_QUEUE_TYPE", "classic", "NativeDelayedDeliveryQueueType=Classic" },
        { "Celery:DefaultDeliveryMode", "transient", "DefaultDeliveryMode=Transient" },
        { "Celery:task_default_delivery_mode", "1", "DefaultDeliveryMode=Transient" },
        { "Celery:HideArguments", "true", "HideArguments=True" },
        { "Celery:PublishRetry", "false", "PublishRetry=False" },
        { "CELERY_TASK_PUBLISH_RETRY", "no", "PublishRetry=False" },
        { "Celery:PublishRetryPolicy:MaxRetries", "5", $"PublishRetryPolicy={new PublishRetryPolicy { MaxRetries = 5 }}" },
        { "Celery:task_publish_retry_policy:interval_max", "2.5", $"PublishRetryPolicy={new PublishRetryPolicy { IntervalMax = TimeSpan.FromSeconds(2.5) }}" },
        { "Celery:Queues", "celery, math", "Queues=celery,math" },
        { "Celery:task_queues:math:max_priority", "9", "Queues=math" },
        { "Celery:Routes:feed.*", "feeds", "Routes=feed.*" },
        { "Celery:task_routes:feed.*:queue", "feeds", "Routes=feed.*" },
        { "Celery:DefaultPriority", "5", "DefaultPriority=5" },
        { "CELERY_TASK_DEFAULT_PRIORITY", "5", "DefaultPriority=5" },
        { "Celery:InheritParentPriority", "true", "InheritParentPriority=True" },
        { "Celery:task_inherit_parent_priority", "1", "InheritParentPriority=True" },
        { "Celery:AlwaysEager", "true", "AlwaysEager=True" },
        { "CELERY_TASK_ALWAYS_EAGER", "1", "AlwaysEager=True" },
        { "Celery:EagerPropagates", "true", "EagerPropagates=True" },
        { "Celery:task_eager_propagates", "1", "EagerPropagates=True" },
        { "Celery:StoreEagerResult", "true", "StoreEagerResult=True" },
        { "Celery:task_store_eager_result", "1", "StoreEagerResult=True" },
        { "Celery:IgnoreResult", "true", "IgnoreResult=True" },
        { "Celery:task_ignore_result", "1", "IgnoreResult=True" },
        { "Celery:ResultExpires", "3600", "ResultExpires=01:00:00" },
        { "Celery:ResultExpires", "0", "ResultExpires=00:00:00" },
        { "Celery:result_chord_retry_interval", "2.5", "ResultChordRetryInterval=00:00:02.5000000" },
        { "Celery:result_backend_transport_options:result_chord_ordered", "false", "ResultChordOrdered=False" },
        { "Celery:result_expires", "1.5", "ResultExpires=00:00:01.5000000" },
        { "Celery:ResultExpires", "2.03:00:00", "ResultExpires=2.03:00:00" },
        { "Celery:ResultExtended", "yes", "ResultExtended=True" },
        { "Celery:result_extended", "on", "ResultExtended=True" },
        { "Celery:ResultPersistent", "True", "ResultPersistent=True" },
        { "CELERY_RESULT_PERSISTENT", "TRUE", "ResultPersistent=True" },
        { "Celery:ControlExchange", "other", "ControlExchange=other" },
        { "Celery:control_exchange", "other", "ControlExchange=other" },
        { "Celery:ControlQueueTtl", "60", "ControlQueueTtl=00:01:00" },
        { "CELERY_CONTROL_QUEUE_TTL", "60", "ControlQueueTtl=00:01:00" },
        { "Celery:ControlQueueExpires", "20", "ControlQueueExpires=00:00:20" },
        { "Celery:control_queue_expires", "20", "ControlQueueExpires=00:00:20" },
        { "Celery:ControlQueueExclusive", "true", "ControlQueueExclusive=True" },
        { "Celery:control_queue_exclusive", "1", "ControlQueueExclusive=True" },
        { "Celery:ControlQueueDurable", "true", "ControlQueueDurable=True" },
        { "Celery:control_queue_durable", "1", "ControlQueueDurable=True" },
        { "Celery:SendTaskSentEvent", "true", "SendTaskSentEvent=True" },
        { "Celery:task_send_sent_event", "1", "SendTaskSentEvent=True" },
        { "Celery:EventExchange", "news", "EventExchange=news" },
        { "CELERY_EVENT_EXCHANGE", "news", "EventExchange=news" },
        { "Celery:EventSerializer", "application/json", "EventSerializer=application/json" },
        { "Celery:event_serializer", "application/json", "EventSerializer=application/json" },
        { "Celery:EventQueuePrefix", "news", "EventQueuePrefix=news" },
        { "Celery:event_queue_prefix", "news", "EventQueuePrefix=news" },
        { "Celery:EventQueueTtl", "00:00:07", "EventQueueTtl=00:00:07" },
        { "Celery:event_queue_ttl", "7", "EventQueueTtl=00:00:07" },
        { "Celery:EventQueueExpires", "00:00:07", "EventQueueExpires=00:00:07" },
        { "Celery:event_queue_expires", "7.5", "EventQueueExpires=00:00:07.5000000" },
        { "Celery:EventQueueExclusive", "true", "EventQueueExclusive=True" },
        { "Celery:event_queue_exclusive", "1", "EventQueueExclusive=True" },
        { "Celery:EventQueueDurable", "true", "EventQueueDurable=True" },
        { "Celery:event_queue_durable", "1", "EventQueueDurable=True" },
        { "Celery:PublishTimeout", "5", "PublishTimeout=00:00:05" },
        { "Celery:PublishTimeout", "00:01:30", "PublishTimeout=00:01:30" },
        { "Celery:PublishConcurrency", "64", "PublishConcurrency=64" },
        { "Celery:ConnectTimeout", "0.5", "ConnectTimeout=00:00:00.5000000" },
        { "Celery:broker_connection_timeout", "2", "ConnectTimeout=00:00:02" },
        { "Celery:ConnectRetry", "false", "ConnectRetry=False" },
        { "CELERY_BROKER_CONNECTION_RETRY", "0", "ConnectRetry=False" },
        { "Celery:ConnectMaxRetries", "7", "ConnectMaxRetries=7" },
        { "Celery:broker_connection_max_retries", "100", "ConnectMaxRetries=100" },
        { "Celery:ResultStoreRetry", "false", "ResultStoreRetry=False" },
        { "Celery:result_backend_always_retry", "no", "ResultStoreRetry=False" },
        { "Celery:ResultStoreMaxRetries", "7", "ResultStoreMaxRetries=7" },
        { "Celery:result_backend_max_retries", "20", "ResultStoreMaxRetries=20" },
        { "Celery:ResultStoreRetryDelay", "0.5", "ResultStoreRetryDelay=00:00:00.5000000" },
        { "Celery:result_backend_base_sleep_between_retries_ms", "10", "ResultStoreRetryDelay=00:00:00.0100000" },
        { "Celery:ResultStoreRetryMaxDelay", "10", "ResultStoreRetryMaxDelay=00:00:10" },
        { "CELERY_RESULT_BACKEND_MAX_SLEEP_BETWEEN_RETRIES_MS", "10000", "ResultStoreRetryMaxDelay=00:00:10" },
        { "Celery:Heartbeat", "0", "Heartbeat=00:00:00" },
        { "Celery:broker_heartbeat", "10", "Heartbeat=00:00:10" },
        { "Celery:MaxBodySize", "2048", "MaxBodySize=2048" },
        { "Celery:MaxDepth", "10", "MaxDepth=10" },
        { "Celery:MaxCompressionRatio", "50", "MaxCompressionRatio=50" },
        { "Celery:TaskSerializer", "application/json", "TaskSerializer=application/json" },
        { "CELERY_TASK_SERIALIZER", "application/json", "TaskSerializer=application/json" },
        { "Celery:ResultSerializer", "application/json", "ResultSerializer=application/json" },
        { "Celery:result_serializer", "application/json", "ResultSerializer=application/json" },
        { "Celery:AcceptContent", "application/json", "AcceptContent=application/json" },
        { "Celery:accept_content:0", "application/json", "AcceptContent=application/json" },
        { "Celery:ResultAcceptContent", "application/json,json", "ResultAcceptContent=application/json,json" },
        { "Celery:result_accept_content", "json", "ResultAcceptContent=json" },
        { "Celery:TaskCompression", "gzip", "TaskCompression=gzip" },
        { "Celery:task_compression", "brotli", "TaskCompression=brotli" },
        { "Celery:TaskProtocol", "1", "TaskProtocol=1" },
        { "Celery:task_protocol", "1", "TaskProtocol=1" },
        { "Celery:JsonTypeTags", "true", "JsonTypeTags=True" },
        { "Celery:TimeZone", "Europe/Rome", "TimeZone=Europe/Rome" },
        { "Celery:timezone", "Europe/Rome", "TimeZone=Europe/Rome" },
        { "Celery:EnableUtc", "false", "EnableUtc=False" },
        { "Celery:enable_utc", "False", "EnableUtc=False" },
        { "Celery:RedisSeparator", "::", "RedisSeparator=::" },
        { "Celery:broker_transport_options:sep", "::", "RedisSeparator=::" },
        { "Celery:FanoutPrefix", "/shop.", "FanoutPrefix=/shop." },
        { "Celery:broker_transport_options:fanout_prefix", "/shop{db}.", "FanoutPrefix=/shop{db}." },
        { "Celery:broker_transport_options:fanout_prefix", "False", "FanoutPrefix=" },
        { "Celery:FanoutPatterns", "false", "FanoutPatterns=False" },
        { "CELERY_BROKER_TRANSPORT_OPTIONS:FANOUT_PATTERNS", "0", "FanoutPatterns=False" },
        { "Celery:ResultSentinelMasterName", "main", "ResultSentinelMasterName=main" },
        { "Celery:result_backend_transport_options:master_name", "main", "ResultSentinelMasterName=main" },
        { "Celery:ResultStoreRetryPolicy:MaxRetries", "5", $"ResultStoreRetryPolicy={new ResultRetryPolicy { MaxRetries = 5 }}" },
        {
            "CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS:RETRY_POLICY:TIMEOUT", "5.0",
            $"ResultStoreRetryPolicy={new ResultRetryPolicy { Timeout = TimeSpan.FromSeconds(5) }}"
        },
        { "Celery:VisibilityTimeout", "00:30:00", "VisibilityTimeout=00:30:00" },
        { "Celery:visibility_timeout", "43200", "VisibilityTimeout=12:00:00" },
        { "Celery:broker_transport_options:visibility_timeout", "43200", "VisibilityTimeout=12:00:00" },
        { "CELERY_BROKER_TRANSPORT_OPTIONS:VISIBILITY_TIMEOUT", "43200", "VisibilityTimeout=12:00:00" },
        { "Celery:broker_transport_options:priority_steps", "0,5", "PrioritySteps=0,5" },
        { "Celery:PrioritySteps", "0, 4,8", "PrioritySteps=0,4,8" },
        { "Celery:priority_steps", "0", "PrioritySteps=0" },
        { "Celery:GlobalKeyPrefix", "a:", "GlobalKeyPrefix=a:" },
        { "Celery:broker_transport_options:global_keyprefix", "a:", "GlobalKeyPrefix=a:" },
        { "Celery:result_backend_transport_options:global_keyprefix", "b:", "ResultKeyPrefix=b:" },
        { "Celery:ResultKeyPrefix", "b:", "ResultKeyPrefix=b:" },
        { "Celery:SentinelMasterName", "main", "SentinelMasterName=main" },
        { "Celery:broker_transport_options:master_name", "main", "SentinelMasterName=main" },
        { "Celery:Tls:Enabled", "true", "Tls.Enabled=True" },
        { "Celery:broker_use_ssl", "True", "Tls.Enabled=True" },
        { "CELERY_BROKER_USE_SSL", "1", "Tls.Enabled=True" },
        { "Celery:Tls:ServerName", "broker.example", "Tls.ServerName=broker.example" },
        { "Celery:Tls:AllowInvalidCertificates", "true", "Tls.AllowInvalidCertificates=True" },
    };

    public static TheoryData<string, string, string> Worker { get; } = new()
    {
        { "Celery:Worker:Queues", "celery, math", "Queues=celery,math" },
        { "Celery:Worker:ExcludeQueues", "slow, late", "ExcludeQueues=slow,late" },
        { "Celery:Worker:WorkerDirect", "true", "WorkerDirect=True" },
        { "Celery:worker_direct", "1", "WorkerDirect=True" },
        { "Celery:Worker:Autoscale", "20,2", "Autoscale=20,2" },
        { "Celery:Worker:Autoscale", "8", "Autoscale=8,1" },
        { "Celery:Worker:CancelLongRunningTasksOnConnectionLoss", "false", "CancelLongRunningTasksOnConnectionLoss=False" },
        { "Celery:worker_cancel_long_running_tasks_on_connection_loss", "0", "CancelLongRunningTasksOnConnectionLoss=False" },
        { "Celery:Worker:Concurrency", "64", "Concurrency=64" },
        { "Celery:worker_concurrency", "64", "Concurrency=64" },
        { "CELERY_WORKER_CONCURRENCY", "64", "Concurrency=64" },
        { "Celery:Worker:PrefetchMultiplier", "1", "PrefetchMultiplier=1" },
        { "Celery:worker_prefetch_multiplier", "1", "PrefetchMultiplier=1" },
        { "Celery:Worker:DisablePrefetch", "true", "DisablePrefetch=True" },
        { "Celery:worker_disable_prefetch", "1", "DisablePrefetch=True" },
        { "Celery:Worker:EtaTaskLimit", "500", "EtaTaskLimit=500" },
        { "Celery:worker_eta_task_limit", "500", "EtaTaskLimit=500" },
        { "Celery:Worker:Hostname", "w1@%h", "Hostname=w1@%h" },
        { "Celery:Worker:AcksLate", "true", "AcksLate=True" },
        { "Celery:task_acks_late", "true", "AcksLate=True" },
        { "Celery:Worker:AcksOnFailure", "false", "AcksOnFailure=False" },
        { "Celery:task_acks_on_failure", "no", "AcksOnFailure=False" },
        { "Celery:Worker:AcksOnTimeout", "false", "AcksOnTimeout=False" },
        { "CELERY_TASK_ACKS_ON_TIMEOUT", "0", "AcksOnTimeout=False" },
        { "Celery:Worker:RejectOnWorkerLost", "false", "RejectOnWorkerLost=False" },
        { "Celery:task_reject_on_worker_lost", "false", "RejectOnWorkerLost=False" },
        { "Celery:Worker:MaxDeliveries", "5", "MaxDeliveries=5" },
        { "Celery:Worker:DeduplicateSuccessfulTasks", "true", "DeduplicateSuccessfulTasks=True" },
        { "Celery:worker_deduplicate_successful_tasks", "on", "DeduplicateSuccessfulTasks=True" },
        { "Celery:Worker:TrackStarted", "true", "TrackStarted=True" },
        { "Celery:task_track_started", "true", "TrackStarted=True" },
        { "Celery:Worker:StoreErrorsEvenIfIgnored", "true", "StoreErrorsEvenIfIgnored=True" },
        { "Celery:task_store_errors_even_if_ignored", "true", "StoreErrorsEvenIfIgnored=True" },
        { "Celery:Worker:UnrunnableMessages", "reject", "UnrunnableMessages=Reject" },
        { "Celery:Worker:KeepFailedTasks", "true", "KeepFailedTasks=True" },
        { "Celery:Worker:TimeLimit", "00:05:00", "TimeLimit=00:05:00" },
        { "Celery:task_time_limit", "300", "TimeLimit=00:05:00" },
        { "Celery:Worker:SoftTimeLimit", "00:01:00", "SoftTimeLimit=00:01:00" },
        { "CELERY_TASK_SOFT_TIME_LIMIT", "60", "SoftTimeLimit=00:01:00" },
        { "Celery:Worker:MaxStuckTasks", "3", "MaxStuckTasks=3" },
        { "Celery:Worker:MaxTasks", "1000", "MaxTasks=1000" },
        { "Celery:worker_max_tasks_per_child", "100", "MaxTasks=100" },
        { "Celery:Worker:MaxMemory", "200000", "MaxMemory=200000" },
        { "Celery:worker_max_memory_per_child", "12000", "MaxMemory=12000" },
        { "Celery:Worker:DefaultRateLimit", "100/m", "DefaultRateLimit=100/m" },
        { "Celery:task_default_rate_limit", "5", "DefaultRateLimit=5" },
        { "Celery:Worker:DisableRateLimits", "true", "DisableRateLimits=True" },
        { "Celery:worker_disable_rate_limits", "1", "DisableRateLimits=True" },
        { "Celery:Worker:ShutdownGrace", "90", "ShutdownGrace=00:01:30" },
        { "Celery:Worker:SoftShutdownTimeout", "10", "SoftShutdownTimeout=00:00:10" },
        { "Celery:worker_soft_shutdown_timeout", "2.5", "SoftShutdownTimeout=00:00:02.5000000" },
        { "Celery:Worker:EnableSoftShutdownOnIdle", "true", "EnableSoftShutdownOnIdle=True" },
        { "Celery:worker_enable_soft_shutdown_on_idle", "1", "EnableSoftShutdownOnIdle=True" },
        { "Celery:Worker:HandleSignals", "false", "HandleSignals=False" },
        { "Celery:Worker:ConnectRetryOnStartup", "off", "ConnectRetryOnStartup=False" },
        { "Celery:broker_connection_retry_on_startup", "0", "ConnectRetryOnStartup=False" },
        { "Celery:Worker:RevokesMax", "100", "RevokesMax=100" },
        { "CELERY_WORKER_REVOKES_MAX", "100", "RevokesMax=100" },
        { "Celery:Worker:RevokeExpires", "00:10:00", "RevokeExpires=00:10:00" },
        { "CELERY_WORKER_REVOKE_EXPIRES", "600", "RevokeExpires=00:10:00" },
        { "Celery:Worker:StateDb", "%n.state", "StateDb=%n.state" },
        { "CELERY_WORKER_STATE_DB", "state", "StateDb=state" },
        { "Celery:Worker:EnableRemoteControl", "no", "EnableRemoteControl=False" },
        { "Celery:worker_enable_remote_control", "0", "EnableRemoteControl=False" },
        { "Celery:Worker:SendTaskEvents", "yes", "SendTaskEvents=True" },
        { "CELERY_WORKER_SEND_TASK_EVENTS", "1", "SendTaskEvents=True" },
        { "Celery:Worker:SendHeartbeats", "no", "SendHeartbeats=False" },
        { "Celery:Worker:HeartbeatInterval", "10", "HeartbeatInterval=00:00:10" },
    };

    [Theory]
    [MemberData(nameof(Application))]
    public void Setting_changes_the_applications_option_and_no_other(string key, string value, string changed)
        => Differences(Describe(new CeleryOptions()), Describe(Configured.Options<CeleryOptions>((key, value)))).ShouldBe([changed]);

    [Theory]
    [MemberData(nameof(Worker))]
    public void Setting_changes_the_workers_option_and_no_other(string key, string value, string changed)
        => Differences(Describe(new WorkerOptions()), Describe(Configured.Options<WorkerOptions>((key, value)))).ShouldBe([changed]);

    [Theory]
    [InlineData("broker_failover_strategy", "round-robin")]
    [InlineData("broker_login_method", "AMQPLAIN")]
    [InlineData("broker_login_method", "PLAIN")]
    [InlineData("enable_utc", "True")]
    [InlineData("broker_use_ssl", "False")]
    [InlineData("redis_backend_use_ssl", "False")]
    [InlineData("broker_transport_options:fanout_prefix", "True")]
    [InlineData("broker_transport_options:fanout_patterns", "True")]
    [InlineData("broker_transport_options:confirm_publish", "True")]
    public void Words_of_Celerys_for_the_defaults_are_known(string name, string value)
        => Differences(Describe(new CeleryOptions()), Describe(Configured.Options<CeleryOptions>(($"Celery:{name}", value)))).ShouldBeEmpty();

    [Theory]
    [InlineData("Celery:Tls:CaCertificateFile")]
    [InlineData("Celery:Tls:CertificateFile")]
    [InlineData("Celery:Tls:KeyFile")]
    public void Files_of_certificates_are_bound(string key)
    {
        // One that exists, since that is checked too.
        var file = typeof(OptionsBindingTests).Assembly.Location;

        Differences(Describe(new CeleryOptions()), Describe(Configured.Options<CeleryOptions>((key, file)))).ShouldBe([$"{key["Celery:".Length..].Replace(':', '.')}={file}"]);
    }

    [Theory]
    [InlineData("ca_certs", "CaCertificateFile", "")]
    [InlineData("certfile", "CertificateFile", "")]
    [InlineData("keyfile", "KeyFile", "")]
    [InlineData("ssl_ca_certs", "CaCertificateFile", "")]
    [InlineData("ssl_certfile", "CertificateFile", "")]
    [InlineData("ssl_keyfile", "KeyFile", "")]
    [InlineData("server_hostname", "ServerName", "broker.example")]
    [InlineData("cert_reqs", "AllowInvalidCertificates", "CERT_NONE", "True")]
    [InlineData("ssl_cert_reqs", "AllowInvalidCertificates", "none", "True")]
    [InlineData("cert_reqs", "AllowInvalidCertificates", "0", "True")]
    [InlineData("cert_reqs", null, "CERT_REQUIRED")]
    [InlineData("cert_reqs", null, "CERT_OPTIONAL")]
    [InlineData("ssl_cert_reqs", null, "required")]
    [InlineData("ssl_cert_reqs", null, "2")]
    public void Celerys_table_of_TLS_is_understood_and_asks_for_TLS(string name, string? option, string value, string? bound = null)
    {
        value = value.Length > 0 ? value : typeof(OptionsBindingTests).Assembly.Location;
        string[] changed = option is null ? ["Enabled=True"] : ["Enabled=True", $"{option}={bound ?? value}"];

        var broker = Configured.Options<CeleryOptions>(($"Celery:broker_use_ssl:{name}", value));
        var backend = Configured.Options<CeleryOptions>(($"CELERY_REDIS_BACKEND_USE_SSL:{name.ToUpperInvariant()}", value));

        Differences(Describe(new CeleryTlsOptions()), Describe(broker.Tls)).ShouldBe(changed, ignoreOrder: true);
        broker.ResultTls.ShouldBeNull();
        Differences(Describe(new CeleryTlsOptions()), Describe(backend.ResultTls.ShouldNotBeNull())).ShouldBe(changed, ignoreOrder: true);
        Differences(Describe(new CeleryTlsOptions()), Describe(backend.Tls)).ShouldBeEmpty();
    }

    [Fact]
    public void Own_names_of_TLS_win_over_Celerys_table()
    {
        var options = Configured.Options<CeleryOptions>(
            ("Celery:broker_use_ssl:cert_reqs", "CERT_NONE"), ("Celery:broker_use_ssl:server_hostname", "a"),
            ("Celery:Tls:Enabled", "false"), ("Celery:Tls:AllowInvalidCertificates", "false"), ("Celery:Tls:ServerName", "b"));

        (options.Tls.Enabled, options.Tls.AllowInvalidCertificates, options.Tls.ServerName).ShouldBe((false, false, "b"));
    }

    [Fact]
    public void Brokers_may_be_given_one_by_one()
        => Configured.Options<CeleryOptions>(("Celery:broker_url:0", "redis://a,b"), ("Celery:broker_url:1", "redis://c")).Broker.ShouldBe("redis://a,b;redis://c");

    [Theory]
    [InlineData("broker_transport_options:max_connections", "20")]
    [InlineData("broker_transport_options:health_check_interval", "25")]
    [InlineData("broker_transport_options:socket_keepalive_options:1", "60")]
    [InlineData("result_backend_transport_options:visibility_timeout", "18000")]
    [InlineData("broker_pool_limit", "0")]
    [InlineData("redis_max_connections", "20")]
    [InlineData("redis_socket_keepalive", "True")]
    [InlineData("redis_retry_on_timeout", "True")]
    [InlineData("redis_backend_health_check_interval", "30")]
    public void Settings_about_pools_and_clients_of_another_make_change_nothing(string name, string value)
        => Differences(Describe(new CeleryOptions()), Describe(Configured.Options<CeleryOptions>(($"Celery:{name}", value)))).ShouldBeEmpty();

    [Fact]
    public void Every_option_but_the_serializers_can_be_set_by_configuration()
    {
        var bound = Application.Select(row => row.Data.Item3).Concat(Worker.Select(row => row.Data.Item3)).Select(text => text[..text.IndexOf('=', StringComparison.Ordinal)]);

        Describe(new CeleryOptions()).Keys.Concat(Describe(new WorkerOptions()).Keys).Except(bound)
            .ShouldBe(["SerializerOptions", "ResultTls", "Tls.CaCertificateFile", "Tls.CertificateFile", "Tls.KeyFile"], ignoreOrder: true);
    }

    [Fact]
    public void Without_a_configuration_the_defaults_hold()
    {
        using var services = new ServiceCollection().AddCelery().AddWorker().Services.BuildServiceProvider();

        Describe(services.GetRequiredService<IOptions<CeleryOptions>>().Value).ShouldBe(Describe(new CeleryOptions()));
        Describe(services.GetRequiredService<IOptions<WorkerOptions>>().Value).ShouldBe(Describe(new WorkerOptions()));
    }

    [Theory]
    [InlineData(null, null, false, false)]
    [InlineData("true", null, true, false)]
    [InlineData(null, "true", false, true)]
    public void Setting_for_failures_and_timeouts_sets_what_has_no_setting_of_its_own(string? onFailure, string? onTimeout, bool acksOnFailure, bool acksOnTimeout)
    {
        (string, string)[] settings =
        [
            ("Celery:task_acks_on_failure_or_timeout", "false"),
            .. onFailure is null ? Array.Empty<(string, string)>() : [("Celery:task_acks_on_failure", onFailure)],
            .. onTimeout is null ? Array.Empty<(string, string)>() : [("Celery:Worker:AcksOnTimeout", onTimeout)],
        ];

        var options = Configured.Options<WorkerOptions>(settings);

        (options.AcksOnFailure, options.AcksOnTimeout).ShouldBe((acksOnFailure, acksOnTimeout));
    }

    [Fact]
    public void Lists_may_be_given_item_by_item()
    {
        Configured.Options<WorkerOptions>(("Celery:Worker:Queues:0", "celery"), ("Celery:Worker:Queues:1", "math")).Queues.ShouldBe(["celery", "math"]);
        Configured.Options<CeleryOptions>(("Celery:PrioritySteps:0", "0"), ("Celery:PrioritySteps:1", "9")).PrioritySteps.ShouldBe([0, 9]);
    }

    [Fact]
    public void Own_name_wins_over_celerys_and_the_section_over_the_environment()
    {
        (string, string) own = ("Celery:Broker", "redis://own"), celerys = ("Celery:broker_url", "redis://celerys"), environment = ("CELERY_BROKER_URL", "redis://env");

        Configured.Options<CeleryOptions>(environment, celerys, own).Broker.ShouldBe("redis://own");
        Configured.Options<CeleryOptions>(environment, celerys).Broker.ShouldBe("redis://celerys");
    }

    [Fact]
    public void Code_wins_over_configuration()
    {
        using var services = Configured.Services(
            [new("Celery:Broker", "redis://configured"), new("Celery:DefaultQueue", "math"), new("Celery:Worker:Concurrency", "7")],
            celery => celery.Broker = "redis://code",
            worker => worker.Concurrency = 8);

        services.GetRequiredService<IOptions<CeleryOptions>>().Value.Broker.ShouldBe("redis://code");
        services.GetRequiredService<IOptions<CeleryOptions>>().Value.DefaultQueue.ShouldBe("math");
        services.GetRequiredService<IOptions<WorkerOptions>>().Value.Concurrency.ShouldBe(8);
    }

    [Theory]
    [InlineData("Celery:DefaultPriority", "high", "Celery:DefaultPriority must be a whole number, was 'high'.")]
    [InlineData("Celery:task_default_priority", "1.5", "Celery:DefaultPriority must be a whole number, was '1.5'.")]
    [InlineData("Celery:MaxBodySize", "9999999999", "Celery:MaxBodySize must be a whole number, was '9999999999'.")]
    [InlineData("Celery:PrioritySteps", "0,x", "Celery:PrioritySteps must be a whole number, was 'x'.")]
    [InlineData("Celery:DefaultDeliveryMode", "3", "Celery:DefaultDeliveryMode must be Transient or Persistent, was '3'.")]
    [InlineData("Celery:DefaultQueueType", "stream", "Celery:DefaultQueueType must be Classic or Quorum, was 'stream'.")]
    [InlineData("Celery:Routes:feed.*", "", "Celery:Routes:feed.* must be a queue, was ''.")]
    [InlineData("Celery:Routes:feed.*:Priority", "high", "Celery:Routes:feed.*:Priority must be a whole number, was 'high'.")]
    [InlineData("Celery:Routes:0:Queue", "feeds", "Celery:Routes:0:Task is missing.")]
    [InlineData("Celery:Queues:math:Durable", "maybe", "Celery:Queues:math:Durable must be true or false, was 'maybe'.")]
    [InlineData("Celery:Queues:0:Durable", "true", "Celery:Queues:0:Name is missing.")]
    [InlineData("Celery:Queues:math:Bindings:0:RoutingKey", "x", "Celery:Queues:math:Bindings:0:Exchange is missing.")]
    [InlineData("Celery:IgnoreResult", "maybe", "Celery:IgnoreResult must be true or false, was 'maybe'.")]
    [InlineData("Celery:Tls:AllowInvalidCertificates", "", "Celery:Tls:AllowInvalidCertificates must be true or false, was ''.")]
    [InlineData("Celery:PublishTimeout", "soon", "Celery:PublishTimeout must be seconds or a time such as 00:00:10, was 'soon'.")]
    [InlineData("Celery:PublishTimeout", "10s", "Celery:PublishTimeout must be seconds or a time such as 00:00:10, was '10s'.")]
    [InlineData("CELERY_RESULT_EXPIRES", "NaN", "Celery:ResultExpires must be seconds or a time such as 00:00:10, was 'NaN'.")]
    [InlineData("Celery:ResultExpires", "1e20", "Celery:ResultExpires must be seconds or a time such as 00:00:10, was '1e20'.")]
    [InlineData(
        "Celery:broker_transport_options:unacked_key", "u",
        "Celery:broker_transport_options:unacked_key is no setting here; known: visibility_timeout, priority_steps, sep, global_keyprefix, fanout_prefix, "
            + "fanout_patterns, master_name, confirm_publish, socket_timeout, socket_connect_timeout.")]
    [InlineData(
        "CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS:SENTINEL_KWARGS:PASSWORD", "x",
        "CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS:SENTINEL_KWARGS is no setting here; known: global_keyprefix, retry_policy, master_name, "
            + "result_chord_ordered.")]
    [InlineData(
        "CELERY_BROKER_TRANSPORT_OPTIONS", "{}",
        "CELERY_BROKER_TRANSPORT_OPTIONS must be a table of settings, such as CELERY_BROKER_TRANSPORT_OPTIONS:visibility_timeout, was '{}'.")]
    [InlineData(
        "Celery:broker_transport_options:confirm_publish", "False",
        "Celery:broker_transport_options:confirm_publish must be true or left out, was 'False': a send that has returned is confirmed by the broker, always. "
            + "To send without waiting, keep the task that the send returns and await it later.")]
    [InlineData(
        "Celery:broker_use_ssl:ciphers", "ALL",
        "Celery:broker_use_ssl:ciphers is no setting here; known: ca_certs, certfile, keyfile, cert_reqs, server_hostname, ssl_ca_certs, ssl_certfile, "
            + "ssl_keyfile, ssl_cert_reqs, ssl_server_hostname.")]
    [InlineData("Celery:broker_use_ssl", "maybe", "Celery:broker_use_ssl must be true or false, was 'maybe'.")]
    [InlineData("Celery:broker_use_ssl:cert_reqs", "some", "Celery:broker_use_ssl:cert_reqs must be CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED, was 'some'.")]
    [InlineData(
        "Celery:result_backend_transport_options:retry_policy:max_retries", "-1",
        "Celery:result_backend_transport_options:retry_policy: MaxRetries must be 0 or more, or null for no bound, was -1. (Parameter 'value')\nActual value was -1.")]
    [InlineData("Celery:result_backend:0", "redis://h", "Celery:result_backend must be one value, was a list or a table with 0.")]
    public void Value_that_cannot_be_read_is_an_error_with_key_rule_and_value(string key, string value, string message)
        => Should.Throw<CeleryConfigurationException>(() => Configured.Options<CeleryOptions>((key, value))).Message.ShouldBe(message);

    [Theory]
    [InlineData("Celery:Worker:Concurrency", "many", "Celery:Worker:Concurrency must be a whole number, was 'many'.")]
    [InlineData("Celery:Worker:AcksLate", "2", "Celery:Worker:AcksLate must be true or false, was '2'.")]
    [InlineData("Celery:Worker:UnrunnableMessages", "Drop", "Celery:Worker:UnrunnableMessages must be Keep or Reject, was 'Drop'.")]
    [InlineData("Celery:Worker:Autoscale", "20-2", "Celery:Worker:Autoscale must be max,min such as 20,2, was '20-2'.")]
    [InlineData("Celery:Worker:Autoscale", "20,2,1", "Celery:Worker:Autoscale must be max,min such as 20,2, was '20,2,1'.")]
    [InlineData("Celery:Worker:ShutdownGrace", "long", "Celery:Worker:ShutdownGrace must be seconds or a time such as 00:00:10, was 'long'.")]
    public void Value_of_the_worker_that_cannot_be_read_is_an_error_too(string key, string value, string message)
        => Should.Throw<CeleryConfigurationException>(() => Configured.Options<WorkerOptions>((key, value))).Message.ShouldBe(message);

    private static string[] Differences(Dictionary<string, string> before, Dictionary<string, string> after)
        => [.. after.Where(pair => before[pair.Key] != pair.Value).Select(pair => $"{pair.Key}={pair.Value}")];

    private static Dictionary<string, string> Describe(object options)
    {
        var values = new Dictionary<string, string>();
        foreach (var property in options.GetType().GetProperties())
        {
            if (property.GetValue(options) is CeleryTlsOptions tls)
            {
                foreach (var (key, value) in Describe(tls))
                {
                    values[$"{property.Name}.{key}"] = value;
                }
            }
            else
            {
                values[property.Name] = property.GetValue(options) switch
                {
                    IEnumerable<CeleryQueue> queues => string.Join(',', queues.Select(queue => queue.Name)),
                    IEnumerable<string> texts => string.Join(',', texts),
                    int[] numbers => string.Join(',', numbers),
                    var value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
                };
            }
        }

        return values;
    }
}
