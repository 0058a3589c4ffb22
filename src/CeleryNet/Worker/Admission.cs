using CeleryNet.Protocol;
using CeleryNet.Tasks;
using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>Decides before a run what becomes of a delivery. celery/worker/consumer/consumer.py create_task_handler, celery/worker/strategy.py</summary>
/// <param name="reader">Reads messages.</param>
/// <param name="registry">The tasks there are.</param>
/// <param name="revoked">What is not to be run.</param>
/// <param name="application">Decides where neither message nor task do.</param>
/// <param name="worker">Decides likewise.</param>
/// <param name="time">Tells what time it is.</param>
/// <param name="hasQueues">Whether deliveries come from queues; if not, nothing can go back, as if all were acknowledged early.</param>
internal sealed class Admission(
    TaskMessageReader reader, TaskRegistry registry, RevokedTasks revoked, CeleryOptions application, WorkerOptions worker, TimeProvider time, bool hasQueues = true)
{
    /// <summary>Judges a delivery by what can be known without its body, which nobody here may be able to use.</summary>
    public Verdict Judge(IDelivery delivery)
    {
        if (delivery.Envelope is not { } envelope)
        {
            return new Verdict.Unrunnable(new MalformedMessageException(delivery.Unreadable ?? "The message cannot be read."), null);
        }

        TaskHeaders? headers = null;
        try
        {
            // In protocol 2 the headers tell the task, in protocol 1 it is in the body.
            var message = TaskMessageReader.HasTaskHeader(envelope) ? null : reader.Read(envelope);
            headers = message?.Headers ?? TaskMessageReader.ReadHeaders(envelope.Headers);
            if (registry.Find(headers.TaskName) is not { } definition)
            {
                return new Verdict.Unrunnable(Unknown(headers.TaskName), headers);
            }

            var request = Admit(definition, headers, delivery);
            if (message is not null)
            {
                request.Message = message;
            }

            return Refuse(request) ?? (headers.Eta is { } eta && eta > time.GetUtcNow() ? new Verdict.Hold(request, eta) : new Verdict.Run(request));
        }
        catch (MalformedMessageException error)
        {
            return new Verdict.Unrunnable(error, headers);
        }
    }

    /// <summary>Why a request must not be run now, or any more; null when it may. Asked again after each wait.</summary>
    public Verdict? Refuse(TaskRequest request)
        => request.Headers.Expires is { } expires && time.GetUtcNow() > expires ? new Verdict.Expired(request)
            : IsRevoked(request) ? new Verdict.Revoked(request)
            : request.Delivery.DeliveryCount >= request.MaxDeliveries ? new Verdict.DeliveredTooOften(request)
            : null;

    public bool IsRevoked(TaskRequest request) => revoked.Contains(request.Headers);

    /// <summary>Reads the body.</summary>
    /// <exception cref="MalformedMessageException">It cannot be read.</exception>
    public void Open(TaskRequest request)
    {
        if (!request.IsRead)
        {
            request.Message = reader.ReadBody(request.Envelope, request.Headers);
        }

        request.Successors = Successors.Read(request.Message.Body.Embed);
    }

    /// <summary>Reads what would have come after a message that cannot be run, as far as that can be read; null when nothing can, or nothing would.</summary>
    public Successors? ReadSuccessors(Envelope envelope, TaskHeaders headers)
    {
        try
        {
            var message = TaskMessageReader.HasTaskHeader(envelope) ? reader.ReadBody(envelope, headers) : reader.Read(envelope);
            return Successors.ReadWhatCan(message.Body.Embed);
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    private TaskRequest Admit(Extensibility.TaskDefinition definition, TaskHeaders headers, IDelivery delivery) => new(definition, headers, delivery)
    {
        AcksLate = AcksLate(definition),
        AcksOnFailure = definition.AcksOnFailure ?? worker.AcksOnFailure,
        AcksOnTimeout = definition.AcksOnTimeout ?? worker.AcksOnTimeout,
        RejectOnWorkerLost = definition.RejectOnWorkerLost ?? worker.RejectOnWorkerLost,
        MaxDeliveries = BoundDeliveries(definition),
        EndsWhenLost = worker.CancelLongRunningTasksOnConnectionLoss,
        IgnoreResult = headers.IgnoreResult ?? definition.IgnoreResult ?? application.IgnoreResult,
        StoreErrorsEvenIfIgnored = definition.StoreErrorsEvenIfIgnored ?? worker.StoreErrorsEvenIfIgnored,
        KeepIfFailed = definition.KeepIfFailed ?? worker.KeepFailedTasks,
        TrackStarted = definition.TrackStarted ?? worker.TrackStarted,
    };

    private bool AcksLate(Extensibility.TaskDefinition definition) => hasQueues && (definition.AcksLate ?? worker.AcksLate);

    private int? BoundDeliveries(Extensibility.TaskDefinition definition)
        => AcksLate(definition) && (definition.MaxDeliveries ?? worker.MaxDeliveries) is > 0 and var bound ? bound : null;

    private UnknownTaskException Unknown(string name) => new(
        name,
        $"Task '{name}' is not registered on this worker; registered: {(registry.Names.Count == 0 ? "none" : string.Join(", ", registry.Names))}.");
}

/// <summary>What becomes of a delivery before its run.</summary>
internal abstract record Verdict
{
    private Verdict()
    {
    }

    internal sealed record Run(TaskRequest Request) : Verdict;

    /// <summary>Not before an instant that is yet to come.</summary>
    internal sealed record Hold(TaskRequest Request, DateTimeOffset Until) : Verdict;

    /// <summary>Too late.</summary>
    internal sealed record Expired(TaskRequest Request) : Verdict;

    /// <summary>As many runs of it were begun as may be.</summary>
    internal sealed record DeliveredTooOften(TaskRequest Request) : Verdict;

    /// <summary>Somebody does not want it any more.</summary>
    internal sealed record Revoked(TaskRequest Request) : Verdict;

    /// <summary>It cannot be read or has no task here. The headers are there if they at least could be read.</summary>
    internal sealed record Unrunnable(CeleryException Error, TaskHeaders? Headers) : Verdict;
}
