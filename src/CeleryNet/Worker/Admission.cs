using CeleryNet.Protocol;
using CeleryNet.Tasks;
using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>Decides before a run what becomes of a delivery. celery/worker/consumer/consumer.py create_task_handler, celery/worker/strategy.py</summary>
internal sealed class Admission(TaskMessageReader reader, TaskRegistry registry, CeleryOptions application, WorkerOptions worker, TimeProvider time)
{
    public Verdict Judge(IDelivery delivery)
    {
        if (delivery.Envelope is not { } envelope)
        {
            return new Verdict.Unrunnable(new MalformedMessageException(delivery.Unreadable ?? "The message cannot be read."), null);
        }

        TaskHeaders? headers = null;
        try
        {
            // In protocol 2 the headers tell the task: a body that nobody here can use is not looked into. In protocol 1 it is in the body.
            if (TaskMessageReader.HasTaskHeader(envelope))
            {
                headers = reader.ReadHeaders(envelope.Headers);
                if (registry.Find(headers.TaskName) is null)
                {
                    return new Verdict.Unrunnable(Unknown(headers.TaskName), headers);
                }
            }

            var message = reader.Read(envelope);
            headers = message.Headers;
            return registry.Find(headers.TaskName) is { } definition
                ? Judge(definition, message, delivery)
                : new Verdict.Unrunnable(Unknown(headers.TaskName), headers);
        }
        catch (MalformedMessageException error)
        {
            return new Verdict.Unrunnable(error, headers);
        }
    }

    private Verdict Judge(Extensibility.TaskDefinition definition, TaskMessage message, IDelivery delivery)
    {
        var headers = message.Headers;
        var request = new TaskRequest(definition, message, delivery)
        {
            AcksLate = definition.AcksLate ?? worker.AcksLate,
            AcksOnFailure = definition.AcksOnFailure ?? worker.AcksOnFailure,
            IgnoreResult = headers.IgnoreResult ?? definition.IgnoreResult ?? application.IgnoreResult,
            StoreErrorsEvenIfIgnored = definition.StoreErrorsEvenIfIgnored ?? worker.StoreErrorsEvenIfIgnored,
            KeepIfFailed = definition.KeepIfFailed ?? worker.KeepFailedTasks,
            TrackStarted = definition.TrackStarted ?? worker.TrackStarted,
        };
        if (!message.Body.Embed.IsEmpty)
        {
            // Running it and not what follows would lose what follows; kept whole, it can be replayed.
            return new Verdict.Unrunnable(
                new MalformedMessageException(
                    $"The message for task '{headers.TaskName}' has callbacks, errbacks, a chain or a chord to be called after it, which this worker cannot do."),
                headers);
        }

        if (headers.Expires is { } expires && time.GetUtcNow() > expires)
        {
            return new Verdict.Expired(request);
        }

        return headers.Eta is { } eta && eta > time.GetUtcNow() ? new Verdict.Hold(request, eta) : new Verdict.Run(request);
    }

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

    /// <summary>It cannot be read or has no task here. The headers are there if they at least could be read.</summary>
    internal sealed record Unrunnable(CeleryException Error, TaskHeaders? Headers) : Verdict;
}
