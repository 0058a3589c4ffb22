using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>A message that was admitted: what to run, how, and the delivery to settle. celery/worker/request.py Request</summary>
internal sealed class TaskRequest(TaskDefinition definition, TaskMessage message, IDelivery delivery)
{
    public TaskDefinition Definition { get; } = definition;

    public TaskMessage Message { get; } = message;

    public IDelivery Delivery { get; } = delivery;

    public TaskHeaders Headers => Message.Headers;

    public required bool AcksLate { get; init; }

    public required bool AcksOnFailure { get; init; }

    public required bool IgnoreResult { get; init; }

    public required bool StoreErrorsEvenIfIgnored { get; init; }

    public required bool KeepIfFailed { get; init; }

    public required bool TrackStarted { get; init; }

    /// <summary>Where the sender wants replies.</summary>
    public Results.ReplyAddress Reply => new(Message.Envelope.ReplyTo, Message.Envelope.CorrelationId);

    /// <summary>What the run could see; null until it began.</summary>
    public TaskContext? Context { get; set; }
}
