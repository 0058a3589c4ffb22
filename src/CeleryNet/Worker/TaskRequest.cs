using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Tasks;
using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>A message that was admitted: what to run, how, and the delivery to settle. celery/worker/request.py Request</summary>
internal sealed class TaskRequest(TaskDefinition definition, TaskHeaders headers, IDelivery delivery) : ITaskFacts
{
    private ItemLinks<TaskRequest> _liveLinks;
    private ItemLinks<TaskRequest> _lineLinks;
    private TaskMessage? _message;
    private int _hasRun;

    public TaskDefinition Definition { get; } = definition;

    public TaskHeaders Headers { get; } = headers;

    public IDelivery Delivery { get; } = delivery;

    public Envelope Envelope { get; } = delivery.Envelope ?? throw new ArgumentException("A delivery without an envelope cannot be admitted.", nameof(delivery));

    public required bool AcksLate { get; init; }

    public required bool AcksOnFailure { get; init; }

    public bool AcksOnTimeout { get; init; } = true;

    public bool RejectOnWorkerLost { get; init; } = true;

    /// <summary>How many runs of the message may be begun; null for any number. Nobody could have begun one of a message that is acknowledged early.</summary>
    public int? MaxDeliveries { get; init; }

    /// <summary>Whether its run is cancelled when the broker may have given it to another worker.</summary>
    public bool EndsWhenLost { get; init; } = true;

    public required bool IgnoreResult { get; init; }

    public required bool StoreErrorsEvenIfIgnored { get; init; }

    public required bool KeepIfFailed { get; init; }

    public required bool TrackStarted { get; init; }

    public SettlementTerms Terms => new() { AcksOnFailure = AcksOnFailure, AcksOnTimeout = AcksOnTimeout, KeepIfFailed = KeepIfFailed };

    /// <summary>The message with its body, which is read when a slot is free for it: many may wait.</summary>
    /// <exception cref="InvalidOperationException">It was not read yet.</exception>
    public TaskMessage Message
    {
        get => _message ?? throw new InvalidOperationException($"The body of task {Headers.Id} was not read yet.");
        set => _message = value;
    }

    public bool IsRead => _message is not null;

    /// <summary>What comes after the task; null when nothing does, or the body was not read yet.</summary>
    public Successors? Successors { get; set; }

    /// <summary>Where the sender wants replies.</summary>
    public Results.ReplyAddress Reply => new(Envelope.ReplyTo, Envelope.CorrelationId);

    /// <summary>What the run could see; null until it began.</summary>
    public TaskContext? Context { get; set; }

    /// <summary>How long its run may take, as it was when it began.</summary>
    public RunLimits Limits { get; set; }

    /// <summary>Whether its run is over or not waited for any longer, whatever is still to be stored of it.</summary>
    public bool HasRun => Volatile.Read(ref _hasRun) != 0;

    /// <summary>The one way to end it, and why it was ended.</summary>
    public TaskCancellation Cancellation { get; } = new();

    /// <summary>Telling observers that it was taken, which comes before anything else they are told of it; null when there are none.</summary>
    public Task? Announcing { get; set; }

    /// <summary>How far it is. Belongs to <see cref="LiveTasks"/>.</summary>
    public TaskPhase Phase { get; set; }

    /// <summary>Ends the run, for the one who stores what it has come to; false when somebody else did.</summary>
    public bool TryEndRun() => Interlocked.Exchange(ref _hasRun, 1) == 0;

    /// <summary>Grows from request to request. Belongs to <see cref="LiveTasks"/>.</summary>
    public long Number { get; set; }

    /// <summary>The neighbours among the live requests. Belongs to <see cref="LiveTasks"/>.</summary>
    public ref ItemLinks<TaskRequest> LiveLinks => ref _liveLinks;

    /// <summary>Where it waits for its time; null when it does not. Belongs to <see cref="EtaQueue"/>.</summary>
    public HeldPlace? HeldPlace { get; set; }

    /// <summary>The line it waits in; null when it waits in none. Belongs to <see cref="WaitingLine"/>.</summary>
    public WaitingLine? Line { get; set; }

    /// <summary>The neighbours in the line. Belongs to <see cref="WaitingLine"/>.</summary>
    public ref ItemLinks<TaskRequest> LineLinks => ref _lineLinks;

    TaskId? ITaskFacts.ParentId => Headers.ParentId;

    string? ITaskFacts.GroupId => Headers.GroupId;

    int ITaskFacts.Retries => Headers.Retries;

    int? ITaskFacts.MaxRetries => Definition.MaxRetries;

    TimeSpan ITaskFacts.RetryDelay => Definition.RetryDelay;

    bool ITaskFacts.IsRedelivered => Delivery.Redelivered;

    string ITaskFacts.RoutingKey => Delivery.RoutingKey;

    string ITaskFacts.Exchange => Delivery.Exchange;

    int? ITaskFacts.Priority => Envelope.Priority;

    DateTimeOffset? ITaskFacts.Eta => Headers.Eta;

    DateTimeOffset? ITaskFacts.Expires => Headers.Expires;

    string? ITaskFacts.Origin => Headers.Origin;

    IReadOnlyDictionary<string, JsonElement> ITaskFacts.ReadHeaders()
    {
        Dictionary<string, JsonElement>? own = null;
        foreach (var (name, value) in Envelope.Headers)
        {
            if (!HeaderNames.IsDefined(name) && !HeaderNames.IsBookkeeping(name))
            {
                (own ??= [])[name] = HeaderJson.ToElement(value);
            }
        }

        return own ?? TaskContext.NoHeaders;
    }

    IReadOnlyDictionary<string, JsonElement> ITaskFacts.ReadStamps()
        => Headers.Stamps is { } stamps ? stamps.ToDictionary(stamp => stamp.Key, stamp => HeaderJson.ToElement(stamp.Value)) : TaskContext.NoHeaders;
}
