using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Tasks;
using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>
/// Stands in for the broker where tasks are run by whoever sends them: a publish returns when the task has ended, at once whatever its ETA. What is sent is
/// written and read as ever. celery/app/task.py Task.apply
/// </summary>
/// <param name="inner">Has no messages ever: what a worker consumes, and where its dead letters would be.</param>
/// <param name="handler">Runs the tasks; asked for at the first publish, since it publishes through here itself.</param>
internal sealed class EagerTransport(ITransport inner, Func<DeliveryHandler> handler) : ITransport, IPublisher
{
    private readonly Lazy<DeliveryHandler> _handler = new(handler);

    public IPublisher Publisher => this;

    public IDeadLetterStore DeadLetters => inner.DeadLetters;

    public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken) => inner.ConsumeAsync(request, cancellationToken);

    public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => inner.DeleteQueueAsync(queue, cancellationToken);

    public async ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken)
    {
        var delivery = new Delivery(envelope, destination);
        var verdict = _handler.Value.Judge(delivery);
        var request = (verdict as Verdict.Run)?.Request ?? (verdict as Verdict.Hold)?.Request;
        if (request is null)
        {
            await _handler.Value.EndAsync(delivery, verdict, cancellationToken).ConfigureAwait(false);
            return;
        }

        var giveUp = cancellationToken.UnsafeRegister(
            static task => ((TaskCancellation)task!).TryCancel(CancellationReason.Shutdown), request.Cancellation);
        await using (giveUp.ConfigureAwait(false))
        {
            await _handler.Value.RunAsync(request, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    // It came from no queue, so there is none to settle it in; how the task ended is in its result.
    private sealed class Delivery(Envelope envelope, Destination destination) : IDelivery
    {
        public Envelope? Envelope => envelope;

        public string? Unreadable => null;

        public string Queue => destination.RoutingKey;

        public string Exchange => destination.Exchange;

        public string RoutingKey => destination.RoutingKey;

        public bool Redelivered => false;

        public CancellationToken Lost => CancellationToken.None;

        public ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
