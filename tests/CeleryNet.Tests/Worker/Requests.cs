using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

/// <summary>Requests that nobody runs, for the parts of a worker in which they wait.</summary>
internal static class Requests
{
    public static TaskRequest Make(string task = "task", Action<MessageHeaders>? headers = null) => Losable(CancellationToken.None, task, headers);

    /// <summary>One whose delivery is lost when the token fires.</summary>
    public static TaskRequest Losable(CancellationToken lost, string task = "task", Action<MessageHeaders>? headers = null)
        => Make(new TaskDefinition(task, [], _ => new(TaskValue.Null)), headers, lost: lost);

    /// <summary>One of a task.</summary>
    public static TaskRequest Make(TaskDefinition definition, Action<MessageHeaders>? headers = null, int? priority = null, CancellationToken lost = default)
    {
        var envelope = MessageFactory.Task(definition.Name, headers: headers, priority: priority);
        return new TaskRequest(
            definition, TaskMessageReader.ReadHeaders(envelope.Headers), new Unsettled(envelope, lost))
        {
            AcksLate = true,
            AcksOnFailure = true,
            IgnoreResult = false,
            StoreErrorsEvenIfIgnored = false,
            KeepIfFailed = false,
            TrackStarted = false,
        };
    }

    private sealed class Unsettled(Envelope envelope, CancellationToken lost) : IDelivery
    {
        public Envelope? Envelope => envelope;

        public string? Unreadable => null;

        public string Queue => "celery";

        public string Exchange => "";

        public string RoutingKey => "celery";

        public bool Redelivered => false;

        public int DeliveryCount => 0;

        public CancellationToken Lost => lost;

        public ValueTask<bool> CountAsync(CancellationToken cancellationToken) => new(true);

        public ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
