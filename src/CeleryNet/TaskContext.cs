using System.Text.Json;
using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>What a running task can know about itself, and do. Injected into a task method that has a parameter of this type.</summary>
/// <remarks>Mirrors <c>self.request</c> of a bound task. Valid while the task runs; its properties never change but for the token's reason.</remarks>
public sealed class TaskContext
{
    internal static readonly Dictionary<string, JsonElement> NoHeaders = [];

    private static readonly AsyncLocal<TaskContext?> _current = new();
    private readonly Lock _childrenGate = new();
    private readonly CancellationToken _cancellationToken;
    private List<TaskId>? _children;

    internal TaskContext(TaskId id, string taskName, CancellationToken cancellationToken)
    {
        Id = id;
        TaskName = taskName;
        _cancellationToken = cancellationToken;
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
    public TaskId? ParentId { get; init; }

    /// <summary>The group this task belongs to; null when it is in none.</summary>
    public string? GroupId { get; init; }

    /// <summary>How many times the task was retried before this run; 0 on the first.</summary>
    public int Retries { get; init; }

    /// <summary>Whether the broker has delivered the message before, to this worker or another.</summary>
    public bool IsRedelivered { get; init; }

    /// <summary>The queue's routing key the message came with.</summary>
    public string RoutingKey { get; init; } = "";

    /// <summary>The exchange the message came through; empty for the default exchange.</summary>
    public string Exchange { get; init; } = "";

    /// <summary>The priority the message carries; null when it carries none.</summary>
    public int? Priority { get; init; }

    /// <summary>Not to be run before this instant; null when the message does not say.</summary>
    public DateTimeOffset? Eta { get; init; }

    /// <summary>Not to be run after this instant; null when the message does not say.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The process that sent the message, as it calls itself; for logs.</summary>
    public string? Origin { get; init; }

    /// <summary>The node name of the worker that runs the task, such as <c>celery@host</c>.</summary>
    public required string Hostname { get; init; }

    /// <summary>The headers of the message that the protocol does not define: those its sender added.</summary>
    public IReadOnlyDictionary<string, JsonElement> Headers { get; init; } = NoHeaders;

    /// <summary>The stamps of the message, by their names (<c>stamps</c>).</summary>
    public IReadOnlyDictionary<string, JsonElement> Stamps { get; init; } = NoHeaders;

    /// <summary>Fires when the worker wants the task to end; the same token that a <see cref="CancellationToken"/> parameter gets.</summary>
    public CancellationToken CancellationToken => _cancellationToken;

    /// <summary>Why <see cref="CancellationToken"/> fired.</summary>
    public CancellationReason CancellationReason => ReasonSource?.Invoke() ?? CancellationReason.None;

    internal Func<CancellationReason>? ReasonSource { get; init; }

    internal Func<TaskState, TaskValue, CancellationToken, ValueTask>? StateStore { get; init; }

    /// <summary>Stores a state of your own, with anything that tells how far the task is. The next state replaces it.</summary>
    /// <typeparam name="TMeta">The type by which <paramref name="meta"/> is written.</typeparam>
    /// <param name="state">The state, such as <c>PROGRESS</c>.</param>
    /// <param name="meta">What the result shows while the task is in this state.</param>
    /// <param name="cancellationToken">Ends the wait for the backend.</param>
    /// <exception cref="ResultBackendException">The backend did not take it.</exception>
    /// <remarks>Mirrors <c>update_state</c>. Does nothing when the task's result is ignored.</remarks>
    public ValueTask UpdateStateAsync<TMeta>(TaskState state, TMeta meta, CancellationToken cancellationToken = default)
        => StateStore is null ? ValueTask.CompletedTask : StateStore(state, TaskValue.Of(meta), cancellationToken);

    internal void AddChild(TaskId child)
    {
        lock (_childrenGate)
        {
            (_children ??= []).Add(child);
        }
    }

    internal IReadOnlyList<TaskId> Children
    {
        get
        {
            lock (_childrenGate)
            {
                return _children is null ? [] : [.. _children];
            }
        }
    }
}
