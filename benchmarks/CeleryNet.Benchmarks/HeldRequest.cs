using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using CeleryNet.Worker;

namespace CeleryNet.Benchmarks;

/// <summary>A request that waits and is never run.</summary>
internal static class HeldRequest
{
    private static readonly TaskDefinition _definition = Sample.Task("bench.add");
    private static readonly Envelope _envelope = Sample.Add();
    private static readonly TaskHeaders _headers = TaskMessageReader.ReadHeaders(_envelope.Headers);

    public static TaskRequest Create(CancellationToken lost) => new(_definition, _headers, new Delivery(lost))
    {
        AcksLate = true,
        AcksOnFailure = true,
        IgnoreResult = false,
        StoreErrorsEvenIfIgnored = false,
        KeepIfFailed = false,
        TrackStarted = false,
    };

    private sealed class Delivery(CancellationToken lost) : IDelivery
    {
        public Envelope? Envelope => _envelope;

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
