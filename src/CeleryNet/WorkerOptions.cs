namespace CeleryNet;

/// <summary>How a worker works. Bound from the configuration section <c>Celery:Worker</c>, changed in code, checked when the host starts.</summary>
public sealed class WorkerOptions
{
    /// <summary>The queues to consume, by name or alias (<c>-Q</c>).</summary>
    /// <value>The default is empty: all the application's <c>Queues</c>, or its default queue if it lists none.</value>
    public IList<string> Queues { get; set; } = [];

    /// <summary>Queues not to consume, by name or alias, of those that would be otherwise (<c>-X</c>). One that would not be is an error.</summary>
    /// <value>The default is empty.</value>
    public IList<string> ExcludeQueues { get; set; } = [];

    /// <summary>
    /// Consume a queue of this worker's own too (<c>worker_direct</c>): <c>&lt;node name&gt;.dq2</c>, bound to the exchange <c>C.dq2</c>, so that a call can be
    /// sent to this worker. Every worker should then have a node name that stays the same, for its queue stays too.
    /// </summary>
    /// <value>The default is false.</value>
    public bool WorkerDirect { get; set; }

    /// <summary>
    /// How many tasks may run at a time (<c>worker_concurrency</c>). Tasks that await take no thread while they wait, so hundreds are fine for them;
    /// for tasks that compute, the number of processors is the limit of what helps.
    /// </summary>
    /// <value>The default is five per processor; 1 to 65,535.</value>
    public int Concurrency { get; set; } = Environment.ProcessorCount * 5;

    /// <summary>
    /// Between how many slots the worker grows and shrinks with its load (<c>--autoscale</c>); <see cref="Concurrency"/> then has no meaning. It begins with the
    /// fewest. Each second it grows to the number of tasks that run or wait for a slot, and shrinks to it when it has not grown for 30 s.
    /// </summary>
    /// <value>The default is null: <see cref="Concurrency"/> slots. In a configuration <c>max,min</c>, such as <c>20,2</c>, or <c>max</c> alone, with 1 as the fewest.</value>
    public AutoscaleRange? Autoscale { get; set; }

    /// <summary>How many messages per slot are taken ahead of their run (<c>worker_prefetch_multiplier</c>); 0 for as many as can be, which is 65,535 in all.</summary>
    /// <value>The default is 4; 0 to 1,024.</value>
    public int PrefetchMultiplier { get; set; } = 4;

    /// <summary>
    /// Take a message only when a slot is free for it (<c>worker_disable_prefetch</c>), so that what one worker is too busy for is another's at once.
    /// <see cref="PrefetchMultiplier"/> does not count then. Costs a round trip to the broker between two tasks of a slot.
    /// </summary>
    /// <value>The default is false.</value>
    public bool DisablePrefetch { get; set; }

    /// <summary>
    /// How many messages that wait for their ETA are held in memory beyond those that are taken ahead (<c>worker_eta_task_limit</c>). When there are more,
    /// they fill the places of <see cref="PrefetchMultiplier"/>, and at last nothing more is taken until one is due.
    /// </summary>
    /// <value>The default is 10,000; 0 to 65,535.</value>
    public int EtaTaskLimit { get; set; } = 10_000;

    /// <summary>
    /// The node name, as <c>name@host</c> (<c>-n</c>); what is missing is <c>celery</c> and the host's name, so that <c>math</c> is <c>celery@math</c> and
    /// <c>math@</c> is <c>math@</c> this host. <c>%h</c> is the host name, <c>%n</c> its first part, <c>%d</c> its domain, <c>%%</c> a per cent sign. Celery's
    /// <c>%i</c> and <c>%I</c>, the number of a child process, are <c>0</c> and nothing: there are no child processes.
    /// </summary>
    /// <value>The default is <c>celery@%h</c>.</value>
    public string Hostname { get; set; } = "celery@%h";

    /// <summary>Acknowledge after the run unless a task says otherwise (<c>task_acks_late</c>).</summary>
    /// <value>The default is false.</value>
    public bool AcksLate { get; set; }

    /// <summary>
    /// Cancel a running task whose message is acknowledged late when the broker may have given it to another worker: its connection is gone, or its lease was
    /// lost (<c>worker_cancel_long_running_tasks_on_connection_loss</c>). False lets it run on, and so twice at the same time: its result counts, its
    /// acknowledgement does not.
    /// </summary>
    /// <value>The default is true; Celery's is false.</value>
    public bool CancelLongRunningTasksOnConnectionLoss { get; set; } = true;

    /// <summary>
    /// Acknowledge a late-acknowledged message also when its task failed (<c>task_acks_on_failure</c>, before 5.6 <c>task_acks_on_failure_or_timeout</c>,
    /// which sets <see cref="AcksOnTimeout"/> too). False rejects it instead, without requeue, so that a dead-letter exchange can take it.
    /// </summary>
    /// <value>The default is true.</value>
    public bool AcksOnFailure { get; set; } = true;

    /// <summary>
    /// Acknowledge a late-acknowledged message also when its task exceeded its hard time limit (<c>task_acks_on_timeout</c>, before 5.6
    /// <c>task_acks_on_failure_or_timeout</c>, which sets <see cref="AcksOnFailure"/> too). False puts it back into its queue, as Celery 5.6 does.
    /// </summary>
    /// <value>The default is true.</value>
    public bool AcksOnTimeout { get; set; } = true;

    /// <summary>
    /// Put a late-acknowledged message back into its queue when the worker ends its run before it has finished, since the worker has to stop
    /// (<c>task_reject_on_worker_lost</c>). With false the task fails instead, with Python's <c>WorkerLostError</c>: for tasks that must not be begun twice. A
    /// worker that dies has no choice, its messages are delivered again; <see cref="MaxDeliveries"/> of 1 bounds that.
    /// </summary>
    /// <value>The default is true, where Celery's is false: no task is given up because a worker stops.</value>
    public bool RejectOnWorkerLost { get; set; } = true;

    /// <summary>
    /// How many runs of one late-acknowledged message may be begun unless a task says otherwise. Once it was delivered so often and not settled, it is not run
    /// again: its task fails with a <see cref="TooManyDeliveriesException"/>, and the message goes to the queue <c>&lt;queue&gt;.dead-letters</c>. It stops a
    /// task that takes its worker down each time. With a bound each begin of a run costs a step at the broker: on Redis a write, on RabbitMQ a
    /// copy of each message that was delivered before. Celery has no counterpart.
    /// </summary>
    /// <value>The default is null, no bound; 1 or more.</value>
    public int? MaxDeliveries { get; set; }

    /// <summary>
    /// Acknowledge a late-acknowledged message without running it again when it is delivered once more although its task has succeeded, as when a worker died
    /// between the storing of the result and its acknowledgement (<c>worker_deduplicate_successful_tasks</c>). What succeeded is known from the result backend, and
    /// from the last 1,000 successes of this worker. It costs a read of the backend per message that is delivered again.
    /// </summary>
    /// <value>The default is false.</value>
    public bool DeduplicateSuccessfulTasks { get; set; }

    /// <summary>Store the STARTED state when a run begins (<c>task_track_started</c>).</summary>
    /// <value>The default is false.</value>
    public bool TrackStarted { get; set; }

    /// <summary>Store failures even of tasks whose results are ignored (<c>task_store_errors_even_if_ignored</c>).</summary>
    /// <value>The default is false.</value>
    public bool StoreErrorsEvenIfIgnored { get; set; }

    /// <summary>What becomes of messages that cannot be read or whose task is not registered here.</summary>
    /// <value>The default is <see cref="UnrunnableMessages.Keep"/>.</value>
    public UnrunnableMessages UnrunnableMessages { get; set; }

    /// <summary>
    /// Whether the messages of tasks that failed for good are moved to the queue <c>&lt;queue&gt;.dead-letters</c> too, with the failure's text as the reason,
    /// unless a task says otherwise. Goes before <see cref="AcksOnFailure"/>. A message that was acknowledged before its run is only with the worker until
    /// then, so one that must not be lost is best acknowledged late (<see cref="AcksLate"/>). Celery has no counterpart.
    /// </summary>
    /// <value>The default is false.</value>
    public bool KeepFailedTasks { get; set; }

    /// <summary>
    /// How long the run of a task may take that declares no limit and whose message has none (<c>task_time_limit</c>). After it the task has failed, with Python's
    /// <c>TimeLimitExceeded</c>: its token fires, and its slot goes to the next task even if its code goes on.
    /// </summary>
    /// <value>The default is null: no limit. 0 (none) to 365 days.</value>
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>
    /// After what time the run of a task is asked to end that declares no soft limit and whose message has none (<c>task_soft_time_limit</c>): its token
    /// fires. A task that lets the <see cref="OperationCanceledException"/> pass fails with <see cref="SoftTimeLimitExceededException"/>.
    /// </summary>
    /// <value>The default is null: no limit. 0 (none) to 365 days, less than <see cref="TimeLimit"/>.</value>
    public TimeSpan? SoftTimeLimit { get; set; }

    /// <summary>
    /// How many tasks may have code that goes on after their time limits. With more the worker takes no more messages, lets running tasks finish
    /// within <see cref="ShutdownGrace"/>, and stops its host with a failure as the process's exit code, so that whoever started it starts it anew. Celery kills a single
    /// process then; .NET cannot end a thread.
    /// </summary>
    /// <value>The default is null: any number. 0 or more.</value>
    public int? MaxStuckTasks { get; set; }

    /// <summary>
    /// After how many tasks the worker stops itself and its host, to be started anew by whoever started it (<c>worker_max_tasks_per_child</c>, which counts for
    /// each process of Celery's pool): it takes no more messages then, and lets running tasks finish within <see cref="ShutdownGrace"/>.
    /// </summary>
    /// <value>The default is null: it does not. 1 or more.</value>
    public int? MaxTasks { get; set; }

    /// <summary>
    /// With how much memory in use, in kB of the process's working set, the worker stops as by <see cref="MaxTasks"/> (<c>worker_max_memory_per_child</c>). It is looked at
    /// when a task has ended, at most once a second.
    /// </summary>
    /// <value>The default is null: it does not. 1 or more.</value>
    public int? MaxMemory { get; set; }

    /// <summary>
    /// The rate limit of tasks that declare none (<c>task_default_rate_limit</c>): <c>10/s</c>, <c>100/m</c>, <c>1000/h</c>, or a number, which is per second;
    /// <c>0</c> for no limit. It counts for each task by itself, and for this worker alone.
    /// </summary>
    /// <value>The default is null: no limit.</value>
    public string? DefaultRateLimit { get; set; }

    /// <summary>Whether rate limits are ignored, whatever tasks declare (<c>worker_disable_rate_limits</c>).</summary>
    /// <value>The default is false.</value>
    public bool DisableRateLimits { get; set; }

    /// <summary>
    /// How long a stopping worker waits for running tasks (a warm shutdown). Tasks still running after it are cancelled; messages acknowledged late go back to
    /// their queue, tasks acknowledged early fail with <c>WorkerLostError</c>. When it or <see cref="SoftShutdownTimeout"/> is set, it holds even if the host's own
    /// <c>ShutdownTimeout</c> is shorter. Celery waits without limit.
    /// </summary>
    /// <value>
    /// The default is null: 25 s, which is five seconds less than a host gives its services by default, or until the host's <c>ShutdownTimeout</c> is over if that
    /// is sooner. 0 to 24 h.
    /// </value>
    public TimeSpan? ShutdownGrace { get; set; }

    /// <summary>
    /// How long a cold shutdown (SIGQUIT, or a second SIGINT or SIGTERM) lets running tasks go on before it cancels them
    /// (<c>worker_soft_shutdown_timeout</c>). A further signal ends the wait.
    /// </summary>
    /// <value>The default is 0: they are cancelled at once. 0 to 24 h.</value>
    public TimeSpan SoftShutdownTimeout { get; set; }

    /// <summary>
    /// Whether a cold shutdown waits for <see cref="SoftShutdownTimeout"/> even when nothing runs (<c>worker_enable_soft_shutdown_on_idle</c>). Celery has it so
    /// that tasks which wait for their time get back to their queue; here they are back before that wait begins.
    /// </summary>
    /// <value>The default is false.</value>
    public bool EnableSoftShutdownOnIdle { get; set; }

    /// <summary>
    /// Whether signals to the process mean to the worker what they mean to Celery's: the first SIGTERM or SIGINT stops the host and lets running tasks end within
    /// <see cref="ShutdownGrace"/>, a second one or a SIGQUIT cancels them after <see cref="SoftShutdownTimeout"/>, one more ends the process at once. When the
    /// environment's <c>REMAP_SIGTERM</c> is <c>SIGQUIT</c>, SIGTERM means what SIGQUIT does. False leaves signals to the host, to which each of them is a stop.
    /// </summary>
    /// <value>The default is true.</value>
    public bool HandleSignals { get; set; } = true;

    /// <summary>
    /// Whether a worker that cannot reach its broker at the start keeps trying; false makes the host fail after the application's
    /// <c>PublishTimeout</c> at the latest (<c>broker_connection_retry_on_startup</c>).
    /// </summary>
    /// <value>The default is true.</value>
    public bool ConnectRetryOnStartup { get; set; } = true;

    /// <summary>
    /// How many revoked ids, and how many revoked stamps, the worker remembers (<c>CELERY_WORKER_REVOKES_MAX</c>); of more the oldest are forgotten.
    /// </summary>
    /// <value>The default is 50,000; 1 to 10,000,000.</value>
    public int RevokesMax { get; set; } = 50_000;

    /// <summary>
    /// How long a revoke is remembered at least (<c>CELERY_WORKER_REVOKE_EXPIRES</c>). Older ones go when there are <see cref="RevokesMax"/> or when they are
    /// saved to <see cref="StateDb"/>.
    /// </summary>
    /// <value>The default is 3 h; 1 s to 3,650 days.</value>
    public TimeSpan RevokeExpires { get; set; } = TimeSpan.FromSeconds(10_800);

    /// <summary>
    /// A file that keeps what is revoked while the worker is away (<c>worker_state_db</c>), in a format of its own that Celery does not read. It belongs to one
    /// worker: <c>%n</c> is the node's name, <c>%h</c> its host name, <c>%d</c> the domain, <c>%p</c> the whole node name.
    /// </summary>
    /// <value>The default is null: what is revoked is forgotten when the worker ends. The directory must exist.</value>
    public string? StateDb { get; set; }

    /// <summary>Whether the worker obeys remote control (<c>worker_enable_remote_control</c>), such as <c>app.control.revoke(…)</c>.</summary>
    /// <value>The default is true.</value>
    public bool EnableRemoteControl { get; set; } = true;

    /// <summary>
    /// Whether monitors are told what becomes of each task, from the start (<c>worker_send_task_events</c>, <c>-E</c>). Remote control, such as
    /// <c>celery control enable_events</c>, changes it while the worker runs.
    /// </summary>
    /// <value>The default is false.</value>
    public bool SendTaskEvents { get; set; }

    /// <summary>
    /// Whether the worker tells that it is there, when it starts and stops and at each <see cref="HeartbeatInterval"/> in between. False is Celery's <c>--without-heartbeat</c>:
    /// monitors then do not know whether it lives.
    /// </summary>
    /// <value>The default is true.</value>
    public bool SendHeartbeats { get; set; } = true;

    /// <summary>
    /// How often the worker tells that it is there (<c>--heartbeat-interval</c>). Who watches takes it for dead after twice that time. It is no AMQP heartbeat, which is the
    /// application's <c>Heartbeat</c>.
    /// </summary>
    /// <value>The default is 2 s; 0.1 s to 1 h.</value>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>What becomes of a message that cannot be read or whose task is not registered.</summary>
public enum UnrunnableMessages
{
    /// <summary>It is moved, as it came, with the reason and the time, to the queue <c>&lt;queue&gt;.dead-letters</c>.</summary>
    Keep,

    /// <summary>
    /// It is rejected without requeue, as Celery does: RabbitMQ moves it to the queue's dead-letter exchange if it has one; without one, and on Redis, it is gone.
    /// </summary>
    Reject,
}
