using System.Text.Json;

namespace CeleryNet;

/// <summary>
/// What clients and workers of one application share. Bound from the configuration section <c>Celery</c>, changed in code, checked when the host starts.
/// </summary>
public sealed class CeleryOptions
{
    internal const int DefaultPublishConcurrency = 256;

    /// <summary>
    /// The broker: <c>amqp://</c>, <c>amqps://</c>, <c>redis://</c>, <c>rediss://</c>, <c>redis+socket://</c>, <c>sentinel://</c> or <c>memory://</c>.
    /// Several URLs separated by <c>;</c> stand in for each other. Mirrors <c>broker_url</c>.
    /// </summary>
    /// <value>The default is <c>memory://</c>: this process alone.</value>
    public string Broker { get; set; } = "memory://";

    /// <summary>
    /// Where messages come from, if that is not <see cref="Broker"/>; of the same form. Mirrors <c>broker_read_url</c>.
    /// </summary>
    /// <value>The default is null: <see cref="Broker"/>.</value>
    public string? BrokerRead { get; set; }

    /// <summary>
    /// Where messages go, if that is not <see cref="Broker"/>; of the same form and kind as where they come from. Mirrors <c>broker_write_url</c>.
    /// </summary>
    /// <value>The default is null: <see cref="Broker"/>.</value>
    public string? BrokerWrite { get; set; }

    /// <summary>Which of several broker URLs is tried first, and which next. Mirrors <c>broker_failover_strategy</c>.</summary>
    /// <value>The default is <see cref="BrokerFailoverStrategy.RoundRobin"/>.</value>
    public BrokerFailoverStrategy BrokerFailoverStrategy { get; set; }

    /// <summary>How an AMQP broker learns who connects. Mirrors <c>broker_login_method</c>.</summary>
    /// <value>The default is <see cref="BrokerLoginMethod.Plain"/>.</value>
    public BrokerLoginMethod BrokerLoginMethod { get; set; }

    /// <summary>
    /// Where results are kept: <c>redis://</c> and its kin, <c>rpc://</c>, <c>file:///path</c>, <c>memory://</c> or <c>disabled://</c>, or a scheme that
    /// <see cref="CeleryBuilder.AddResultBackend"/> has added. Mirrors <c>result_backend</c>.
    /// </summary>
    /// <value>The default is null: <c>memory://</c> with a broker in memory, else <c>disabled://</c>.</value>
    public string? ResultBackend { get; set; }

    /// <summary>The queue of calls and workers that name none. Mirrors <c>task_default_queue</c>.</summary>
    /// <value>The default is <c>celery</c>.</value>
    public string DefaultQueue { get; set; } = "celery";

    /// <summary>The exchange of the default queue, and of <see cref="Queues"/> that name none. Mirrors <c>task_default_exchange</c>.</summary>
    /// <value>The default is null: the name of <see cref="DefaultQueue"/>.</value>
    public string? DefaultExchange { get; set; }

    /// <summary>The type of the default exchange: <c>direct</c>, <c>topic</c> or <c>fanout</c>. Mirrors <c>task_default_exchange_type</c>.</summary>
    /// <value>The default is <c>direct</c>.</value>
    public string DefaultExchangeType { get; set; } = "direct";

    /// <summary>The routing key of the default queue, and of <see cref="Queues"/> that name none. Mirrors <c>task_default_routing_key</c>.</summary>
    /// <value>The default is null: the name of <see cref="DefaultQueue"/>.</value>
    public string? DefaultRoutingKey { get; set; }

    /// <summary>Whether the default queue is classic or quorum, unless <see cref="Queues"/> say it. Mirrors <c>task_default_queue_type</c>.</summary>
    /// <value>The default is <see cref="QueueType.Classic"/>.</value>
    public QueueType DefaultQueueType { get; set; } = QueueType.Classic;

    /// <summary>The queues of the application. A worker that names no queues consumes all of them. Mirrors <c>task_queues</c>.</summary>
    /// <value>The default is empty: the default queue alone.</value>
    public IList<CeleryQueue> Queues { get; set; } = [];

    /// <summary>
    /// Whether a queue that is not among <see cref="Queues"/> is made when a call or a worker names it: bound to an exchange of its own name. When false,
    /// naming one is an error. Mirrors <c>task_create_missing_queues</c>.
    /// </summary>
    /// <value>The default is true.</value>
    public bool CreateMissingQueues { get; set; } = true;

    /// <summary>Whether queues made by <see cref="CreateMissingQueues"/> are classic or quorum. Mirrors <c>task_create_missing_queue_type</c>.</summary>
    /// <value>The default is <see cref="QueueType.Classic"/>.</value>
    public QueueType CreateMissingQueueType { get; set; } = QueueType.Classic;

    /// <summary>
    /// The type of the exchanges made by <see cref="CreateMissingQueues"/>. Mirrors <c>task_create_missing_queue_exchange_type</c>.
    /// </summary>
    /// <value>The default is <c>direct</c>.</value>
    public string CreateMissingQueueExchangeType { get; set; } = "direct";

    /// <summary>
    /// RabbitMQ: the largest priority that classic queues tell apart, 1 to 255; 10 is advised. It is part of each queue's declaration (<c>x-max-priority</c>), so
    /// all programs must agree on it. Mirrors <c>task_queue_max_priority</c>.
    /// </summary>
    /// <value>The default is null: queues have no priorities.</value>
    public int? QueueMaxPriority { get; set; }

    /// <summary>
    /// RabbitMQ: whether calls with an ETA or a countdown to quorum queues are kept by the broker until their time has come (Celery 5.5's native delayed
    /// delivery). Clients and workers then declare what it takes, as Celery does. When false, workers keep them, which then count as taken ahead. Mirrors
    /// <c>worker_detect_quorum_queues</c>.
    /// </summary>
    /// <value>The default is true.</value>
    public bool DetectQuorumQueues { get; set; } = true;

    /// <summary>
    /// RabbitMQ: the type of the queues in which the broker keeps such calls. All programs of a virtual host must agree on it. Mirrors
    /// <c>broker_native_delayed_delivery_queue_type</c>.
    /// </summary>
    /// <value>The default is <see cref="QueueType.Quorum"/>.</value>
    public QueueType NativeDelayedDeliveryQueueType { get; set; } = QueueType.Quorum;

    /// <summary>Whether messages survive a restart of the broker unless the call or its queue says otherwise. Mirrors <c>task_default_delivery_mode</c>.</summary>
    /// <value>The default is <see cref="DeliveryMode.Persistent"/>.</value>
    public DeliveryMode DefaultDeliveryMode { get; set; } = DeliveryMode.Persistent;

    /// <summary>Where calls go by the names of their tasks. Mirrors <c>task_routes</c>.</summary>
    /// <value>The default is empty: to the default queue.</value>
    public CeleryRoutes Routes { get; } = new();

    /// <summary>The priority of calls that name none, 0 to 255. Mirrors <c>task_default_priority</c>.</summary>
    /// <value>The default is null: none is sent.</value>
    public int? DefaultPriority { get; set; }

    /// <summary>
    /// Whether calls that are sent from within a task, and name no priority, take over the one its own message has. Mirrors <c>task_inherit_parent_priority</c>.
    /// </summary>
    /// <value>The default is false.</value>
    public bool InheritParentPriority { get; set; }

    /// <summary>
    /// Whether tasks are run by whoever sends them, for tests and debugging: a send returns when the task has ended, retries included, whatever its ETA.
    /// No broker is used, and results are kept in memory unless <see cref="StoreEagerResult"/>. Only tasks of this program can be run.
    /// Mirrors <c>task_always_eager</c>.
    /// </summary>
    /// <value>The default is false.</value>
    public bool AlwaysEager { get; set; }

    /// <summary>Whether a send that runs the task itself throws if the task fails. Mirrors <c>task_eager_propagates</c>.</summary>
    /// <value>The default is false: the result says it.</value>
    public bool EagerPropagates { get; set; }

    /// <summary>Whether results of tasks that are run by who sends them go to <see cref="ResultBackend"/>. Mirrors <c>task_store_eager_result</c>.</summary>
    /// <value>The default is false.</value>
    public bool StoreEagerResult { get; set; }

    /// <summary>Whether results are not stored unless a task or call says otherwise. Mirrors <c>task_ignore_result</c>.</summary>
    /// <value>The default is false.</value>
    public bool IgnoreResult { get; set; }

    /// <summary>How long results are kept; zero for ever. Mirrors <c>result_expires</c>.</summary>
    /// <value>The default is one day; at most 365 days.</value>
    public TimeSpan ResultExpires { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Whether results also show the task's name, arguments, worker, retries and queue. Mirrors <c>result_extended</c>.</summary>
    /// <value>The default is false.</value>
    public bool ResultExtended { get; set; }

    /// <summary>
    /// Whether a result is stored again when the backend did not take it. If not, or when the retries are used up, the message of a late-acknowledged task goes back
    /// to its queue. Mirrors <c>result_backend_always_retry</c>.
    /// </summary>
    /// <value>The default is true (false in Celery).</value>
    public bool ResultStoreRetry { get; set; } = true;

    /// <summary>How often storing a result is tried again; null for as long as the worker runs. Mirrors <c>result_backend_max_retries</c>.</summary>
    /// <value>The default is null; 0 or more.</value>
    public int? ResultStoreMaxRetries { get; set; }

    /// <summary>
    /// The first pause between two attempts to store a result; the others are each twice as long, with jitter. Mirrors
    /// <c>result_backend_base_sleep_between_retries_ms</c>, which is in milliseconds.
    /// </summary>
    /// <value>The default is 100 ms (10 ms in Celery); 1 ms to 1 h.</value>
    public TimeSpan ResultStoreRetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest pause between two attempts to store a result. Mirrors <c>result_backend_max_sleep_between_retries_ms</c>, which is in milliseconds.
    /// </summary>
    /// <value>The default is 5 s (10 s in Celery); 1 ms to 1 h, and no less than <see cref="ResultStoreRetryDelay"/>.</value>
    public TimeSpan ResultStoreRetryMaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often and how fast storing a result is tried again, in place of <see cref="ResultStoreMaxRetries"/>, <see cref="ResultStoreRetryDelay"/> and
    /// <see cref="ResultStoreRetryMaxDelay"/>. Mirrors <c>retry_policy</c> of <c>result_backend_transport_options</c>.
    /// </summary>
    /// <value>The default is null: as those say.</value>
    public ResultRetryPolicy? ResultStoreRetryPolicy { get; set; }

    /// <summary>Whether results sent as messages (<c>rpc://</c>) survive a restart of the broker. Mirrors <c>result_persistent</c>.</summary>
    /// <value>The default is false.</value>
    public bool ResultPersistent { get; set; }

    /// <summary>
    /// What the names of the exchanges and queues of remote control begin with: <c>celery.pidbox</c>. All programs must agree on it. Mirrors
    /// <c>control_exchange</c>.
    /// </summary>
    /// <value>The default is <c>celery</c>.</value>
    public string ControlExchange { get; set; } = "celery";

    /// <summary>RabbitMQ: how long a message of remote control waits for a worker that does not read. Mirrors <c>control_queue_ttl</c>.</summary>
    /// <value>The default is 300 s; 0 to 24 days.</value>
    public TimeSpan ControlQueueTtl { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>RabbitMQ: how long a queue of remote control is kept for a worker that is gone. Mirrors <c>control_queue_expires</c>.</summary>
    /// <value>The default is 10 s; 1 s to 24 days.</value>
    public TimeSpan ControlQueueExpires { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// RabbitMQ: whether queues of remote control belong to the connection that declared them. Brokers that refuse queues which are neither durable nor
    /// exclusive need it; a worker's name must then be unique, and after a loss of the network a worker has no remote control until the broker has
    /// noticed it. Mirrors <c>control_queue_exclusive</c>, whose default is true.
    /// </summary>
    /// <value>The default is false, as before Celery 5.6. Not together with <see cref="ControlQueueDurable"/>.</value>
    public bool ControlQueueExclusive { get; set; }

    /// <summary>RabbitMQ: whether queues of remote control survive a restart of the broker. Mirrors <c>control_queue_durable</c>.</summary>
    /// <value>The default is false.</value>
    public bool ControlQueueDurable { get; set; }

    /// <summary>
    /// Whether each call is followed by an event <c>task-sent</c>, by which monitors know of tasks that no worker has taken yet. Mirrors <c>task_send_sent_event</c>.
    /// </summary>
    /// <value>The default is false.</value>
    public bool SendTaskSentEvent { get; set; }

    /// <summary>The exchange of events; all programs and monitors must agree on it. Mirrors <c>event_exchange</c>.</summary>
    /// <value>The default is <c>celeryev</c>.</value>
    public string EventExchange { get; set; } = "celeryev";

    /// <summary>What the names of the queues begin with by which this program listens to events. Mirrors <c>event_queue_prefix</c>.</summary>
    /// <value>The default is <c>celeryev</c>.</value>
    public string EventQueuePrefix { get; set; } = "celeryev";

    /// <summary>RabbitMQ: how long an event waits for a listener that does not read. Mirrors <c>event_queue_ttl</c>.</summary>
    /// <value>The default is 5 s; 0 to 24 days.</value>
    public TimeSpan EventQueueTtl { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>RabbitMQ: how long the queue of a listener is kept that is gone. Mirrors <c>event_queue_expires</c>.</summary>
    /// <value>The default is 60 s; 1 s to 24 days.</value>
    public TimeSpan EventQueueExpires { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>RabbitMQ: whether queues of listeners belong to their connection. Mirrors <c>event_queue_exclusive</c>.</summary>
    /// <value>The default is false, as before Celery 5.6. Not together with <see cref="EventQueueDurable"/>.</value>
    public bool EventQueueExclusive { get; set; }

    /// <summary>RabbitMQ: whether queues of listeners survive a restart of the broker. Mirrors <c>event_queue_durable</c>.</summary>
    /// <value>The default is false.</value>
    public bool EventQueueDurable { get; set; }

    /// <summary>The serializer of events: <c>json</c>, or one that was added. Mirrors <c>event_serializer</c>.</summary>
    /// <value>The default is <c>json</c>.</value>
    public string EventSerializer { get; set; } = "json";

    /// <summary>How long a send may take in all, attempts to reconnect included.</summary>
    /// <value>The default is 10 s; 100 ms to 1 h.</value>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many messages of one <see cref="ICeleryClient.SendManyAsync(IEnumerable{Signature}, CancellationToken)"/> may be on their way to the broker at a time:
    /// so far is its source read ahead, and so much memory it takes. With <see cref="AlwaysEager"/> it is one, whatever this says.
    /// </summary>
    /// <value>The default is 256, beyond which neither broker gets faster; 1 to 10,000.</value>
    public int PublishConcurrency { get; set; } = DefaultPublishConcurrency;

    /// <summary>Whether a send is tried again while the broker cannot be reached. Mirrors <c>task_publish_retry</c>.</summary>
    /// <value>The default is true.</value>
    public bool PublishRetry { get; set; } = true;

    /// <summary>How often and how fast a send is tried again. Mirrors <c>task_publish_retry_policy</c>.</summary>
    /// <value>The default is null: until <see cref="PublishTimeout"/> is over, with pauses that grow from 0.1 s to 1 s.</value>
    public PublishRetryPolicy? PublishRetryPolicy { get; set; }

    /// <summary>
    /// Whether messages show <c>(...)</c> and <c>{...}</c> to monitors in place of their arguments, to hide secrets. The arguments themselves are sent as ever,
    /// and a call's own <c>ArgsRepr</c> and <c>KwargsRepr</c> are kept.
    /// </summary>
    /// <value>The default is false.</value>
    public bool HideArguments { get; set; }

    /// <summary>How long one attempt to connect may take. Mirrors <c>broker_connection_timeout</c>.</summary>
    /// <value>The default is 4 s; 100 ms to 10 min.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Whether a connection that cannot be made is tried again. If not, a worker that cannot connect, or on RabbitMQ loses its connection, fails and stops its host.
    /// Mirrors <c>broker_connection_retry</c>.
    /// </summary>
    /// <value>The default is true.</value>
    public bool ConnectRetry { get; set; } = true;

    /// <summary>
    /// How often in a row a connection that cannot be made is tried again before a worker fails and stops its host; null or 0 for any number of times. A broker that
    /// refuses us (a wrong password) is not asked again. Redis connections that were had once are mended whatever this says. Mirrors
    /// <c>broker_connection_max_retries</c>.
    /// </summary>
    /// <value>The default is null (100 in Celery); 0 or more.</value>
    public int? ConnectMaxRetries { get; set; }

    /// <summary>
    /// Redis: how long one attempt to connect may take, to the broker or the result backend. Mirrors <c>redis_socket_connect_timeout</c> and
    /// <c>socket_connect_timeout</c> of <c>broker_transport_options</c>.
    /// </summary>
    /// <value>The default is null: <see cref="ConnectTimeout"/>; 100 ms to 10 min.</value>
    public TimeSpan? RedisConnectTimeout { get; set; }

    /// <summary>
    /// Redis: how long a command may wait for its answer, of the broker or the result backend. Mirrors <c>redis_socket_timeout</c> and <c>socket_timeout</c> of
    /// <c>broker_transport_options</c>.
    /// </summary>
    /// <value>The default is 5 s; 100 ms to 10 min.</value>
    public TimeSpan RedisSocketTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The heartbeat asked of an AMQP broker; zero for none. Mirrors <c>broker_heartbeat</c>.</summary>
    /// <value>The default is 60 s; at most 1 h.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The largest message body, in bytes, that is sent or read: as it comes, decompressed, and as JSON. A larger one that arrives is moved to the dead letters.
    /// Holds for results too.
    /// </summary>
    /// <value>The default is 64 MiB; 1 kB to 1 GiB.</value>
    public int MaxBodySize { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How deep the lists and maps of a body may be nested, sent or received; the whole body counts, which is two levels more than an argument.
    /// <see cref="SerializerOptions"/> that say nothing of depth take it over.
    /// </summary>
    /// <value>The default is 64; 8 to 1,000.</value>
    public int MaxDepth { get; set; } = 64;

    /// <summary>How many times its compressed size a body that arrives may have once it has more than 1 MiB.</summary>
    /// <value>The default is 1,000; 2 to 1,000,000.</value>
    public int MaxCompressionRatio { get; set; } = 1000;

    /// <summary>The serializer of calls that name none: <c>json</c>, or one that was added. Mirrors <c>task_serializer</c>.</summary>
    /// <value>The default is <c>json</c>.</value>
    public string TaskSerializer { get; set; } = "json";

    /// <summary>The serializer of results. All programs that share a result backend must agree on it. Mirrors <c>result_serializer</c>.</summary>
    /// <value>The default is <c>json</c>.</value>
    public string ResultSerializer { get; set; } = "json";

    /// <summary>
    /// The serializers, by name or content type, whose messages are read; a message of another is not looked into, but moved to the dead letters.
    /// Mirrors <c>accept_content</c>.
    /// </summary>
    /// <value>The default is <c>json</c> alone.</value>
    public IList<string> AcceptContent { get; set; } = ["json"];

    /// <summary>The serializers, by name or content type, whose results are read; that of <see cref="ResultSerializer"/> always is. Mirrors <c>result_accept_content</c>.</summary>
    /// <value>The default is null: those of <see cref="AcceptContent"/>.</value>
    public IList<string>? ResultAcceptContent { get; set; }

    /// <summary>
    /// The compression of calls that name none: <c>gzip</c> (or <c>zlib</c>, which is the same), <c>brotli</c>, or one that was added. Messages that are compressed
    /// are read whatever this says. Mirrors <c>task_compression</c>.
    /// </summary>
    /// <value>The default is null: none.</value>
    public string? TaskCompression { get; set; }

    /// <summary>The message protocol of calls: 2, or 1 for workers of Celery 3. Both are read. Mirrors <c>task_protocol</c>.</summary>
    /// <value>The default is 2.</value>
    public int TaskProtocol { get; set; } = 2;

    /// <summary>
    /// Whether types that JSON lacks (dates, times, decimals, UUIDs, bytes) are written as tagged objects, which Celery 5.3 and later turn into Python's types
    /// and Celery 5.2 does not understand. If not they are written as texts. Both are read.
    /// </summary>
    /// <value>The default is false.</value>
    public bool JsonTypeTags { get; set; }

    /// <summary>
    /// The zone, by IANA or Windows name, in which the ETA of a countdown and an expiry that is counted from now are written. It is for those who look at
    /// messages: the instants are the same in any zone, and a date that comes without an offset is UTC's, as in Celery. Mirrors <c>timezone</c>.
    /// </summary>
    /// <value>The default is null: UTC, or this system's zone when <see cref="EnableUtc"/> is false.</value>
    public string? TimeZone { get; set; }

    /// <summary>
    /// Whether <see cref="TimeZone"/> is UTC when nobody sets it, and not this system's zone. It changes no instant: dates without an offset are UTC's either way,
    /// as in Celery. Mirrors <c>enable_utc</c>.
    /// </summary>
    /// <value>The default is true.</value>
    public bool EnableUtc { get; set; } = true;

    /// <summary>
    /// Redis: how long a message may be unsettled and unrenewed before another worker takes it. All workers of a database, Python's too,
    /// should agree on it. Mirrors <c>visibility_timeout</c> of <c>broker_transport_options</c>.
    /// </summary>
    /// <value>The default is 1 h; 1 s to 30 days.</value>
    public TimeSpan VisibilityTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Redis: the priorities that have a list of their own. Mirrors <c>priority_steps</c>.</summary>
    /// <value>The default is 0, 3, 6, 9; ascending, beginning with 0, up to 9.</value>
    public int[] PrioritySteps { get; set; } = [0, 3, 6, 9];

    /// <summary>Redis: a text before every key of the broker. Mirrors <c>global_keyprefix</c> of <c>broker_transport_options</c>.</summary>
    /// <value>The default is empty.</value>
    public string GlobalKeyPrefix { get; set; } = "";

    /// <summary>
    /// Redis: what stands between the name of a queue and a priority, and between the parts of a binding. All programs of a database must agree on it. Mirrors
    /// <c>sep</c> of <c>broker_transport_options</c>.
    /// </summary>
    /// <value>The default is the two characters U+0006 and U+0016; not empty.</value>
    public string RedisSeparator { get; set; } = "\u0006\u0016";

    /// <summary>
    /// Redis: a text before the channels of broadcasts, remote control and events, with <c>{db}</c> for the number of the database. All programs of a server that
    /// are to hear each other must agree on it. Mirrors <c>fanout_prefix</c> of <c>broker_transport_options</c>, whose true is the default, and false none.
    /// </summary>
    /// <value>The default is <c>/{db}.</c>; empty, or begun with a slash and ended by its only full stop.</value>
    public string FanoutPrefix { get; set; } = "/{db}.";

    /// <summary>
    /// Redis: whether the names of these channels end with the routing key, so that one can listen to some of an exchange. All programs of a server that are to
    /// hear each other must agree on it. Mirrors <c>fanout_patterns</c> of <c>broker_transport_options</c>.
    /// </summary>
    /// <value>The default is true.</value>
    public bool FanoutPatterns { get; set; } = true;

    /// <summary>Redis: a text before every key of the result backend. Mirrors <c>global_keyprefix</c> of <c>result_backend_transport_options</c>.</summary>
    /// <value>The default is empty.</value>
    public string ResultKeyPrefix { get; set; } = "";

    /// <summary>
    /// Redis: whether the body of a chord gets the results in the order of the header; false for that of their ends. All workers of a chord, Python's too, must
    /// agree on it. Mirrors <c>result_chord_ordered</c> of <c>result_backend_transport_options</c>.
    /// </summary>
    /// <value>The default is true.</value>
    public bool ResultChordOrdered { get; set; } = true;

    /// <summary>
    /// How long a chord on a result backend that cannot count waits between two looks at whether its members have ended. Mirrors
    /// <c>result_chord_retry_interval</c>.
    /// </summary>
    /// <value>The default is 1 s; 1 ms to 1 day.</value>
    public TimeSpan ResultChordRetryInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Sentinel: the name of the monitored master. Mirrors <c>master_name</c> of <c>broker_transport_options</c>.</summary>
    /// <value>The default is null; required for <c>sentinel://</c>.</value>
    public string? SentinelMasterName { get; set; }

    /// <summary>
    /// Sentinel: the name of the master that keeps the results. Mirrors <c>master_name</c> of <c>result_backend_transport_options</c>.
    /// </summary>
    /// <value>The default is null: <see cref="SentinelMasterName"/>.</value>
    public string? ResultSentinelMasterName { get; set; }

    /// <summary>TLS towards the broker. Mirrors <c>broker_use_ssl</c>.</summary>
    public CeleryTlsOptions Tls { get; set; } = new();

    /// <summary>TLS towards the result backend. Mirrors <c>redis_backend_use_ssl</c>.</summary>
    /// <value>The default is null: the files and checks of <see cref="Tls"/>, for backends whose scheme is <c>rediss://</c>.</value>
    public CeleryTlsOptions? ResultTls { get; set; }

    /// <summary>
    /// How arguments and results are written and read. Set in code only.
    /// </summary>
    /// <value>The default is null: snake_case names, read in any case, reflection where the program has it.</value>
    public JsonSerializerOptions? SerializerOptions { get; set; }

    /// <summary>The zone that is meant by <see cref="TimeZone"/> and <see cref="EnableUtc"/>. celery/app/base.py Celery.timezone</summary>
    internal TimeZoneInfo FindTimeZone()
        => TimeZone is { } name ? TimeZoneInfo.FindSystemTimeZoneById(name) : EnableUtc ? TimeZoneInfo.Utc : TimeZoneInfo.Local;
}

/// <summary>TLS towards brokers and backends. Server certificates are checked unless <see cref="AllowInvalidCertificates"/> says otherwise.</summary>
public sealed class CeleryTlsOptions
{
    /// <summary>
    /// Whether URLs whose scheme does not say it (<c>amqp://</c>, <c>redis://</c>, <c>sentinel://</c>) mean TLS too. AMQP's port is then 5671 where the URL has none
    /// (<c>broker_use_ssl=True</c>).
    /// </summary>
    /// <value>The default is false: TLS is for <c>amqps://</c> and <c>rediss://</c>. Not with <c>redis+socket://</c>.</value>
    public bool Enabled { get; set; }

    /// <summary>A PEM file with the authorities to trust (<c>ca_certs</c>).</summary>
    /// <value>The default is null: the system's authorities.</value>
    public string? CaCertificateFile { get; set; }

    /// <summary>A PEM file with this program's certificate (<c>certfile</c>).</summary>
    /// <value>The default is null: none is shown.</value>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the certificate's key (<c>keyfile</c>).</summary>
    /// <value>The default is null: it is in <see cref="CertificateFile"/>.</value>
    public string? KeyFile { get; set; }

    /// <summary>The name the server's certificate must have (<c>server_hostname</c>).</summary>
    /// <value>The default is null: the URL's host.</value>
    public string? ServerName { get; set; }

    /// <summary>Take any certificate (<c>cert_reqs=CERT_NONE</c>): for tests only, it lets anyone in between read and change messages.</summary>
    /// <value>The default is false.</value>
    public bool AllowInvalidCertificates { get; set; }
}
