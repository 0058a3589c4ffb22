using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Client;

/// <summary>A transport that publishes as a test tells it.</summary>
/// <param name="publish">What an attempt does; it gets the attempt's number, from 1.</param>
internal sealed class ScriptedTransport(Func<int, CancellationToken, ValueTask> publish) : ITransport, IPublisher
{
    /// <summary>Each attempt, as it begins.</summary>
    public TestSignal Attempts { get; } = new();

    public IPublisher Publisher => this;

    public IDeadLetterStore DeadLetters => throw new NotSupportedException("A script has no dead letters.");

    public ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken)
    {
        Attempts.Fire();
        return publish(Attempts.Count, cancellationToken);
    }

    public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
