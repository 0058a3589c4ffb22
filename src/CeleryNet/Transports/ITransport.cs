using CeleryNet.Routing;

namespace CeleryNet.Transports;

/// <summary>One broker: its connections, made on first use and mended by itself. Safe for concurrent use.</summary>
internal interface ITransport : IAsyncDisposable
{
    IPublisher Publisher { get; }

    IDeadLetterStore DeadLetters { get; }

    /// <summary>
    /// Connects, declares the queues and consumes them. Returns once messages can come in.
    /// </summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached before the token fires or refuses us (the message says which, without the password).</exception>
    ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken);

    /// <summary>Deletes a queue and what is in it; nothing if there is none.</summary>
    ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken);
}
