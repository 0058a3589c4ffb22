namespace CeleryNet;

/// <summary>How a worker works. Bound from the configuration section <c>Celery:Worker</c>, changed in code, checked when the host starts.</summary>
public sealed class WorkerOptions
{
    /// <summary>The queues to consume, by name or alias (<c>-Q</c>).</summary>
    /// <value>The default is empty: all the application's <c>Queues</c>, or its default queue if it lists none.</value>
    public IList<string> Queues { get; set; } = [];

    /// <summary>
    /// How many tasks may run at a time (<c>worker_concurrency</c>). Tasks that await take no thread while they wait, so hundreds are fine for them;
    /// for tasks that compute, the number of processors is the limit of what helps.
    /// </summary>
    /// <value>The default is five per processor; 1 to 65,535.</value>
    public int Concurrency { get; set; } = Environment.ProcessorCount * 5;

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

    /// <summary>The node name, as <c>name@host</c> (<c>-n</c>); <c>%h</c> is the host name, <c>%n</c> its first part, <c>%d</c> its domain, <c>%%</c> a per cent sign.</summary>
    /// <value>The default is <c>celery@%h</c>.</value>
    public string Hostname { get; set; } = "celery@%h";

    /// <summary>Acknowledge after the run unless a task says otherwise (<c>task_acks_late</c>).</summary>
    /// <value>The default is false.</value>
    public bool AcksLate { get; set; }

    /// <summary>Acknowledge a late-acknowledged message also when its task failed (<c>task_acks_on_failure_or_timeout</c>).</summary>
    /// <value>The default is true.</value>
    public bool AcksOnFailure { get; set; } = true;

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
    /// The rate limit of tasks that declare none (<c>task_default_rate_limit</c>): <c>10/s</c>, <c>100/m</c>, <c>1000/h</c>, or a number, which is per second;
    /// <c>0</c> for no limit. It counts for each task by itself, and for this worker alone.
    /// </summary>
    /// <value>The default is null: no limit.</value>
    public string? DefaultRateLimit { get; set; }

    /// <summary>Whether rate limits are ignored, whatever tasks declare (<c>worker_disable_rate_limits</c>).</summary>
    /// <value>The default is false.</value>
    public bool DisableRateLimits { get; set; }

    /// <summary>
    /// How long a stopping worker waits for running tasks. Tasks still running after it are cancelled; messages acknowledged late go back to their queue.
    /// </summary>
    /// <value>The default is 25 s, below the 30 s a host gives its services to stop; 0 to 24 h.</value>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(25);

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
