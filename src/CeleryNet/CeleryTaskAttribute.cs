namespace CeleryNet;

/// <summary>
/// Declares a Celery task. On a method of a class: a task this program can run (and call). On a method of an interface: a task
/// somebody else runs, which this program can call. The source generator turns each into a registration and a typed signature factory.
/// </summary>
/// <remarks>Mirrors <c>@app.task</c>.</remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CeleryTaskAttribute : Attribute
{
    /// <summary>For <see cref="MaxRetries"/>: there is no limit (Celery's <c>None</c>).</summary>
    public const int UnlimitedRetries = -1;

    /// <summary>For <see cref="MaxDeliveries"/>: there is no bound, whatever the worker's is.</summary>
    public const int UnlimitedDeliveries = -1;

    /// <summary>A task whose wire name is the full type name, a dot, and the method's name without <c>Async</c>.</summary>
    public CeleryTaskAttribute()
    {
    }

    /// <summary>A task with a wire name of its own, independent of CLR names.</summary>
    /// <param name="name">The name on the wire, as in Python's <c>@app.task(name="proj.tasks.add")</c>.</param>
    public CeleryTaskAttribute(string name) => Name = name;

    /// <summary>The name on the wire; null stands for the derived name.</summary>
    public string? Name { get; }

    /// <summary>The queue calls go to unless the call names another; null stands for routing by the application's options.</summary>
    public string? Queue { get; set; }

    /// <summary>
    /// Acknowledge after the run instead of before it, so that a message whose worker dies is delivered again (<c>acks_late</c>).
    /// </summary>
    /// <value>When not set, the worker's <c>AcksLate</c> option decides; its default is false.</value>
    public bool AcksLate { get; set; }

    /// <summary>
    /// Acknowledge a late-acknowledged message also when the task failed (<c>acks_on_failure</c>, before 5.6 <c>acks_on_failure_or_timeout</c>). False
    /// rejects it instead, without requeue, so that a dead-letter exchange can take it.
    /// </summary>
    /// <value>When not set, the worker's option decides; its default is true.</value>
    public bool AcksOnFailure { get; set; }

    /// <summary>
    /// Acknowledge a late-acknowledged message also when the task exceeded its hard time limit (<c>acks_on_timeout</c>, before 5.6
    /// <c>acks_on_failure_or_timeout</c>). False puts it back into its queue, as Celery 5.6 does.
    /// </summary>
    /// <value>When not set, the worker's option decides; its default is true.</value>
    public bool AcksOnTimeout { get; set; }

    /// <summary>
    /// Put a late-acknowledged message back when the worker ends its run before it has finished (<c>reject_on_worker_lost</c>); see the worker's
    /// option <see cref="WorkerOptions.RejectOnWorkerLost"/>.
    /// </summary>
    /// <value>When not set, the worker's option decides; its default is true.</value>
    public bool RejectOnWorkerLost { get; set; }

    /// <summary>
    /// How many runs of one late-acknowledged message may be begun, 1 or more, or <see cref="UnlimitedDeliveries"/>; see the worker's option
    /// <see cref="WorkerOptions.MaxDeliveries"/>. Celery has no counterpart.
    /// </summary>
    /// <value>When not set, the worker's option decides; by default there is no bound.</value>
    public int MaxDeliveries { get; set; }

    /// <summary>Store no result (<c>ignore_result</c>). A message that says otherwise wins, as in Celery 5.6.</summary>
    /// <value>When not set, the application's option decides; its default is false.</value>
    public bool IgnoreResult { get; set; }

    /// <summary>Store the failure even when results are ignored (<c>store_errors_even_if_ignored</c>).</summary>
    /// <value>When not set, the worker's option decides; its default is false.</value>
    public bool StoreErrorsEvenIfIgnored { get; set; }

    /// <summary>Store the STARTED state when the run begins (<c>track_started</c>).</summary>
    /// <value>When not set, the worker's option decides; its default is false.</value>
    public bool TrackStarted { get; set; }

    /// <summary>Whether monitors are told of its runs where the worker sends events of tasks (<c>send_events</c>).</summary>
    /// <value>The default is true.</value>
    public bool SendEvents { get; set; } = true;

    /// <summary>
    /// Move the message to the queue <c>&lt;queue&gt;.dead-letters</c> when the task has failed for good, so that it can be looked at and replayed
    /// (<see cref="IDeadLetters"/>). Goes before <see cref="AcksOnFailure"/>. Celery has no counterpart.
    /// </summary>
    /// <value>When not set, the worker's <c>KeepFailedTasks</c> option decides; its default is false.</value>
    public bool KeepIfFailed { get; set; }

    /// <summary>
    /// The priority of calls that name none (<c>priority</c>), 0 to 255. RabbitMQ serves larger numbers first, Redis smaller ones.
    /// </summary>
    /// <value>When not set, messages carry the application's default priority, or none.</value>
    public int Priority { get; set; }

    /// <summary>How often the task may be retried after its first run (<c>max_retries</c>), 0 or more, or <see cref="UnlimitedRetries"/>.</summary>
    /// <value>The default is 3.</value>
    public int MaxRetries { get; set; } = 3;

    /// <summary>
    /// How long a retry waits that does not say (<c>default_retry_delay</c>): a time such as <c>00:03:00</c> or a number of seconds such as <c>180</c>, 0 or more.
    /// </summary>
    /// <value>When not set, 180 seconds.</value>
    public string? RetryDelay { get; set; }

    /// <summary>Exceptions, those derived from them included, on which the task is retried without asking (<c>autoretry_for</c>).</summary>
    /// <value>The default is none.</value>
    public Type[] AutoRetryFor { get; set; } = [];

    /// <summary>Exceptions, those derived from them included, on which the task fails although they are in <see cref="AutoRetryFor"/> (<c>dont_autoretry_for</c>).</summary>
    /// <value>The default is none.</value>
    public Type[] DontAutoRetryFor { get; set; } = [];

    /// <summary>
    /// Whether automatic retries wait longer each time, twice as long as the time before (<c>retry_backoff</c>), beginning with
    /// <see cref="RetryBackoffFactor"/> seconds, in place of <see cref="RetryDelay"/>.
    /// </summary>
    /// <value>The default is false; true as soon as <see cref="RetryBackoffFactor"/> is set.</value>
    public bool RetryBackoff { get; set; }

    /// <summary>The wait before the first automatic retry in seconds, 1 or more (<c>retry_backoff</c> as a number).</summary>
    /// <value>The default is 1.</value>
    public int RetryBackoffFactor { get; set; } = 1;

    /// <summary>
    /// The longest wait of <see cref="RetryBackoff"/> (<c>retry_backoff_max</c>): a time such as <c>00:10:00</c> or a number of seconds such as <c>600</c>,
    /// whole seconds, 1 or more.
    /// </summary>
    /// <value>When not set, 600 seconds.</value>
    public string? RetryBackoffMax { get; set; }

    /// <summary>
    /// Whether the wait of <see cref="RetryBackoff"/> is a random number of seconds from 0 up to what it would be (<c>retry_jitter</c>), so that tasks that failed
    /// together do not come back together.
    /// </summary>
    /// <value>The default is true.</value>
    public bool RetryJitter { get; set; } = true;

    /// <summary>
    /// How long a run may take (<c>time_limit</c>): a time such as <c>00:05:00</c> or a number of seconds such as <c>300</c>; <c>0</c> for no limit. After it
    /// the task has failed with Python's <c>TimeLimitExceeded</c>, even if its code goes on. A message that has a limit of its own wins.
    /// Of a task that somebody else runs, it is sent with each call.
    /// </summary>
    /// <value>When not set, the worker's <c>TimeLimit</c> option decides; its default is no limit.</value>
    public string? TimeLimit { get; set; }

    /// <summary>
    /// After what time a run is asked to end (<c>soft_time_limit</c>): a time such as <c>00:00:30</c> or a number of seconds such as <c>30</c>, less than
    /// <see cref="TimeLimit"/>; <c>0</c> for no limit. Its token fires then; a task that lets the <see cref="OperationCanceledException"/> pass fails with
    /// <see cref="SoftTimeLimitExceededException"/>. A message that has a limit of its own wins.
    /// Of a task that somebody else runs, it is sent with each call.
    /// </summary>
    /// <value>When not set, the worker's <c>SoftTimeLimit</c> option decides; its default is no limit.</value>
    public string? SoftTimeLimit { get; set; }

    /// <summary>
    /// How many runs may begin in a time on each worker (<c>rate_limit</c>): <c>10/s</c>, <c>100/m</c>, <c>1000/h</c>, or a number, which is per second;
    /// <c>0</c> for no limit. The runs are spread evenly. It can be changed while the worker runs.
    /// </summary>
    /// <value>When not set, the worker's <c>DefaultRateLimit</c> option decides; its default is no limit.</value>
    public string? RateLimit { get; set; }
}
