using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>What a running task can know about itself, and do. Injected into a task method that has a parameter of this type.</summary>
/// <remarks>Mirrors <c>self.request</c> of a bound task. Valid while the task runs; its properties never change but for the token's reason.</remarks>
public sealed class TaskContext
{
    internal static readonly Dictionary<string, JsonElement> NoHeaders = [];

    private static readonly AsyncLocal<TaskContext?> _current = new();
    private readonly ITaskCancellation _cancellation;
    private List<WorkflowResult>? _children;
    private IReadOnlyDictionary<string, JsonElement>? _headers;
    private IReadOnlyDictionary<string, JsonElement>? _stamps;
    private volatile bool _isOver;

    internal TaskContext(TaskId id, string taskName, ITaskCancellation cancellation)
    {
        Id = id;
        TaskName = taskName;
        _cancellation = cancellation;
    }

    /// <summary>
    /// The task that runs in this flow of control, or null. What is sent from within a task takes its root and parent id from here
    /// and becomes its child.
    /// </summary>
    public static TaskContext? Current
    {
        get => _current.Value;
        internal set => _current.Value = value;
    }

    /// <summary>The id of this run's message.</summary>
    public TaskId Id { get; }

    /// <summary>The task's name on the wire.</summary>
    public string TaskName { get; }

    /// <summary>The first task of the workflow; this task's own id when it was called by itself.</summary>
    public required TaskId RootId { get; init; }

    /// <summary>The task that sent this one; null when none did.</summary>
    public TaskId? ParentId => Facts?.ParentId;

    /// <summary>The group this task belongs to; null when it is in none.</summary>
    public string? GroupId => Facts?.GroupId;

    /// <summary>How many times the task was retried before this run; 0 on the first.</summary>
    public int Retries => Facts?.Retries ?? 0;

    /// <summary>How many retries the task's declaration allows; null for any number.</summary>
    public int? MaxRetries => Facts is null ? TaskDefinition.DefaultMaxRetries : Facts.MaxRetries;

    /// <summary>Whether the broker has delivered the message before, to this worker or another.</summary>
    public bool IsRedelivered => Facts?.IsRedelivered ?? false;

    /// <summary>The queue's routing key the message came with.</summary>
    public string RoutingKey => Facts?.RoutingKey ?? "";

    /// <summary>The exchange the message came through; empty for the default exchange.</summary>
    public string Exchange => Facts?.Exchange ?? "";

    /// <summary>The priority the message carries; null when it carries none.</summary>
    public int? Priority => Facts?.Priority;

    /// <summary>Not to be run before this instant; null when the message does not say.</summary>
    public DateTimeOffset? Eta => Facts?.Eta;

    /// <summary>Not to be run after this instant; null when the message does not say.</summary>
    public DateTimeOffset? Expires => Facts?.Expires;

    /// <summary>The process that sent the message, as it calls itself; for logs.</summary>
    public string? Origin => Facts?.Origin;

    /// <summary>The node name of the worker that runs the task, such as <c>celery@host</c>.</summary>
    public required string Hostname { get; init; }

    /// <summary>The headers of the message that the protocol does not define: those its sender added.</summary>
    public IReadOnlyDictionary<string, JsonElement> Headers => _headers ??= Facts?.ReadHeaders() ?? NoHeaders;

    /// <summary>The stamps of the message, by their names (<c>stamps</c>).</summary>
    public IReadOnlyDictionary<string, JsonElement> Stamps => _stamps ??= Facts?.ReadStamps() ?? NoHeaders;

    /// <summary>Fires when the worker wants the task to end; the same token that a <see cref="CancellationToken"/> parameter gets.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Why <see cref="CancellationToken"/> fired.</summary>
    public CancellationReason CancellationReason => _cancellation.Reason;

    /// <summary>What is known of the task beyond its names; null where it runs without a message.</summary>
    internal ITaskFacts? Facts { get; init; }

    internal TimeSpan RetryDelay => Facts?.RetryDelay ?? TaskDefinition.DefaultRetryDelay;

    internal ITaskStateStore? StateStore { get; init; }

    internal Action<TaskContext, string, TaskValue?>? EventSender { get; init; }

    /// <summary>Sends a further part of the chord; null when the task is part of none.</summary>
    internal Func<Signature, CancellationToken, Task<AsyncResult>>? ChordExtender { get; init; }

    /// <summary>Stores a state of your own, with anything that tells how far the task is. The next state replaces it.</summary>
    /// <typeparam name="TMeta">The type by which <paramref name="meta"/> is written.</typeparam>
    /// <param name="state">The state, such as <c>PROGRESS</c>.</param>
    /// <param name="meta">What the result shows while the task is in this state.</param>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend did not take it.</exception>
    /// <exception cref="InvalidOperationException">The run is over, as after its time limit: what the task has come to must not be replaced.</exception>
    /// <remarks>Mirrors <c>update_state</c>. Does nothing when the task's result is ignored.</remarks>
    public ValueTask UpdateStateAsync<TMeta>(TaskState state, TMeta meta, CancellationToken cancellationToken = default)
        => StateStore is null || Facts is null ? ValueTask.CompletedTask
            : _isOver || CancellationReason == CancellationReason.TimeLimit ? throw new InvalidOperationException($"The run of task '{TaskName}' [{Id}] is over, so its state cannot become {state} any more.")
            : StateStore.StoreAsync(Facts, state, TaskValue.Of(meta), cancellationToken);

    /// <summary>
    /// Tells monitors something of your own about this task. It does not wait for the broker: the event goes out soon after, and like every event it may be lost.
    /// </summary>
    /// <typeparam name="TFields">The type by which <paramref name="fields"/> is written.</typeparam>
    /// <param name="type">The event's type, such as <c>task-progress</c>. What stands before the first hyphen is its group; listeners bind to <c>task.progress</c>.</param>
    /// <param name="fields">A map or an object, whose members become the event's fields beside <c>uuid</c>, which is this task's id, and those that every event has.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="type"/> is empty, or <paramref name="fields"/> is no map, or has a member that every event has: <c>uuid</c>, <c>hostname</c>, <c>utcoffset</c>,
    /// <c>pid</c>, <c>clock</c>, <c>timestamp</c>, <c>type</c>.
    /// </exception>
    /// <exception cref="CelerySerializationException">The fields cannot be written as JSON.</exception>
    /// <remarks>
    /// Mirrors <c>Task.send_event</c>: it is sent whether or not the worker sends events of tasks. Where tasks are run by their senders, there is nobody to tell.
    /// </remarks>
    public void SendEvent<TFields>(string type, TFields fields)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        EventSender?.Invoke(this, type, TaskValue.Of(fields));
    }

    /// <inheritdoc cref="SendEvent{TFields}(string, TFields)" path="//summary|//param[@name='type']|//remarks" />
    /// <exception cref="ArgumentException"><paramref name="type"/> is empty.</exception>
    public void SendEvent(string type)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        EventSender?.Invoke(this, type, null);
    }

    /// <summary>
    /// Makes the exception that ends this run and has the task run again: <c>throw task.Retry(...)</c>. Nothing is sent before it is thrown. Once the task
    /// had all the retries it may have, it fails with <paramref name="exception"/> instead, or with a <see cref="MaxRetriesExceededException"/> if that is null.
    /// </summary>
    /// <param name="countdown">How long to wait; zero or less runs the task again at once. Null for the declaration's <see cref="CeleryTaskAttribute.RetryDelay"/>.</param>
    /// <param name="eta">When to run again, in place of a countdown.</param>
    /// <param name="exception">The reason, which callers see as the result while the task waits, and at last when no retry is left.</param>
    /// <param name="maxRetries">How many retries the task may have had after this one, 0 or more; null for <see cref="MaxRetries"/>. It holds for this retry only.</param>
    /// <param name="args">Other positional arguments; null for those of this run.</param>
    /// <param name="kwargs">Other keyword arguments; null for those of this run.</param>
    /// <param name="options">
    /// How to send the message in another way than it came: queue, priority, expiry and so on. What is left null stays as it is. It cannot set
    /// the id, the count of retries, nor the time, which are this method's.
    /// </param>
    /// <returns>The exception to throw.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="countdown"/> and <paramref name="eta"/> are both given, or <paramref name="options"/> sets what it cannot.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxRetries"/> is negative.</exception>
    /// <remarks>Mirrors <c>Task.retry</c>. The message keeps its id, so callers go on waiting for the same result.</remarks>
    public TaskRetryException Retry(
        TimeSpan? countdown = null,
        DateTimeOffset? eta = null,
        Exception? exception = null,
        int? maxRetries = null,
        IReadOnlyList<object?>? args = null,
        Dictionary<string, object?>? kwargs = null,
        SendOptions? options = null)
    {
        if (countdown is not null && eta is not null)
        {
            throw new ArgumentException("countdown and eta say the same thing; give one of them.", nameof(eta));
        }

        if (maxRetries < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(maxRetries), maxRetries, "maxRetries must be 0 or more, or null for the task's own.");
        }

        if (options is { TaskId: not null } or { Retries: not null } or { Countdown: not null } or { Eta: not null })
        {
            throw new ArgumentException("The options of a retry must not set TaskId, Retries, Countdown or Eta; the first two stay the message's, for the time there are parameters.", nameof(options));
        }

        return new TaskRetryException(eta is null ? countdown ?? RetryDelay : null, eta, exception)
        {
            MaxRetries = maxRetries,
            Args = args,
            Kwargs = kwargs,
            Options = options ?? SendOptions.Default,
        };
    }

    /// <summary>
    /// Makes the exception that ends this run and refuses its message: <c>throw task.Reject(...)</c>. Without <paramref name="requeue"/> the task fails with that
    /// exception, so that callers learn of it, and a message that is acknowledged late is rejected: RabbitMQ gives it to the queue's dead-letter exchange if it has
    /// one. With it the message goes back to its queue and is delivered again, here or elsewhere, at once; no state is stored.
    /// </summary>
    /// <param name="reason">Why, for callers and logs; null for none.</param>
    /// <param name="requeue">
    /// Whether the message goes back. It can only where it is acknowledged late (<see cref="CeleryTaskAttribute.AcksLate"/>); a message that was acknowledged
    /// before its run is gone, and its task fails with that exception.
    /// </param>
    /// <returns>The exception to throw.</returns>
    /// <remarks>Mirrors <c>raise Reject(reason, requeue)</c>, as Celery 5.6 treats it.</remarks>
#pragma warning disable CA1822 // It is said of the task, as a retry is.
    public TaskRejectException Reject(string? reason = null, bool requeue = false) => new(reason, requeue);
#pragma warning restore CA1822

    /// <summary>
    /// Makes the exception that ends this run and leaves its state as it is, for example as the task itself has set it by <see cref="UpdateStateAsync"/>:
    /// <c>throw task.Ignore()</c>. The message is acknowledged.
    /// </summary>
    /// <returns>The exception to throw.</returns>
    /// <remarks>Mirrors <c>raise Ignore()</c>. Who waits for the result waits on.</remarks>
#pragma warning disable CA1822 // It is said of the task, as a retry is.
    public TaskIgnoreException Ignore() => new();
#pragma warning restore CA1822

    /// <summary>
    /// Ends this run and has another task, or a whole workflow, take its place: it gets this task's id, so that who waits for this task waits for it, and its place in a
    /// chain or a chord, and what is called after this task is called after it. Never returns; <c>return await task.ReplaceAsync(…)</c> lets the compiler check the type.
    /// </summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="replacement">What takes its place. Of a group the results become the result, as a list.</param>
    /// <exception cref="TaskReplaceException">Always: it ends the run. A task that catches all exceptions has to let it pass.</exception>
    /// <exception cref="ArgumentException">The replacement is part of a chord itself, or a chain without steps.</exception>
    /// <remarks>Mirrors <c>Task.replace</c>. The replacement is sent before the message of this task is settled: neither is lost without the other.</remarks>
#pragma warning disable CA1822 // It is said of the task, as a retry is.
    public Task<TResult> ReplaceAsync<TResult>(Signature<TResult> replacement) => Task.FromException<TResult>(Replace(replacement));

    /// <inheritdoc cref="ReplaceAsync{TResult}(Signature{TResult})" />
    public Task<TResult[]> ReplaceAsync<TResult>(GroupSignature<TResult> replacement) => Task.FromException<TResult[]>(Replace(replacement));

    /// <inheritdoc cref="ReplaceAsync{TResult}(Signature{TResult})" />
    public Task ReplaceAsync(Signature replacement) => Task.FromException(Replace(replacement));
#pragma warning restore CA1822

    /// <summary>Sends a task that becomes a further part of the chord this task is a part of: the body waits for it, too, and gets its result with the others.</summary>
    /// <param name="signature">The task.</param>
    /// <param name="cancellationToken">Ends the wait; whether it is sent is then unknown.</param>
    /// <returns>A handle to it.</returns>
    /// <exception cref="InvalidOperationException">This task is not part of a chord, or the result backend does not count the parts of chords.</exception>
    /// <exception cref="ResultBackendException">The backend could not be told; nothing was sent.</exception>
    /// <exception cref="BrokerUnavailableException">The broker could not be reached within the publish deadline. The chord fails.</exception>
    /// <exception cref="PublishException">The broker refused the message. The chord fails.</exception>
    /// <remarks>Mirrors <c>Task.add_to_chord</c>.</remarks>
    public Task<AsyncResult> AddToChordAsync(Signature signature, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return ChordExtender is { } extend
            ? extend(signature, cancellationToken)
            : throw new InvalidOperationException($"Task '{TaskName}' [{Id}] is not part of a chord, so nothing can be added to that.");
    }

    private static TaskReplaceException Replace(Signature replacement)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        if (replacement.Options.Workflow is { Chord: not null })
        {
            throw new ArgumentException("A signature that replaces a task must not be part of a chord: it takes the task's own place in one.", nameof(replacement));
        }

        return replacement is { Kind: Workflows.SignatureKind.Chain, Parts.Tasks.Count: 0 }
            ? throw new ArgumentException("A chain without steps cannot replace a task: it has no result.", nameof(replacement))
            : new TaskReplaceException(replacement);
    }

    /// <summary>The run is over, even if code of it goes on.</summary>
    internal void End() => _isOver = true;

    internal void AddChild(TaskId child) => AddChild(new WorkflowResult(child.Value));

    internal void AddChild(WorkflowResult child)
    {
        // It is this run's own, too, and few runs have children.
        lock (_cancellation)
        {
            (_children ??= []).Add(child);
        }
    }

    internal IReadOnlyList<WorkflowResult> Children
    {
        get
        {
            if (Volatile.Read(ref _children) is not { } children)
            {
                return [];
            }

            lock (_cancellation)
            {
                return [.. children];
            }
        }
    }
}
