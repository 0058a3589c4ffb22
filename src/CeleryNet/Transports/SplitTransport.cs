using CeleryNet.Routing;

namespace CeleryNet.Transports;

/// <summary>Two brokers as one: messages come from one and go to the other, as between brokers that forward to each other. Celery's <c>broker_read_url</c> and <c>broker_write_url</c></summary>
internal sealed class SplitTransport(ITransport reading, ITransport writing) : ITransport
{
    public IPublisher Publisher => writing.Publisher;

    /// <summary>What could not be run lies where it was consumed.</summary>
    public IDeadLetterStore DeadLetters => reading.DeadLetters;

    public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken) => reading.ConsumeAsync(request, cancellationToken);

    public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => reading.DeleteQueueAsync(queue, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await reading.DisposeAsync().ConfigureAwait(false);
        await writing.DisposeAsync().ConfigureAwait(false);
    }
}
