using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Client;

/// <summary>A transport whose publishes wait until a test lets them go, and which counts how many wait.</summary>
internal sealed class GatedTransport : ITransport, IPublisher
{
    private readonly Lock _gate = new();
    private readonly List<Publish> _waiting = [];
    private bool _isOpen;

    /// <summary>Each publish, as it begins.</summary>
    public TestSignal<Publish> Begun { get; } = new();

    /// <summary>Each publish, when it has ended.</summary>
    public TestSignal Ended { get; } = new();

    /// <summary>The most publishes that were under way at a time.</summary>
    public int Most { get; private set; }

    public IPublisher Publisher => this;

    public IDeadLetterStore DeadLetters => throw new NotSupportedException("A gate has no dead letters.");

    /// <summary>Lets go what waits, and whatever comes.</summary>
    public void Open()
    {
        Publish[] waiting;
        lock (_gate)
        {
            _isOpen = true;
            waiting = [.. _waiting];
        }

        Array.ForEach(waiting, publish => publish.Confirm());
    }

    public async ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken)
    {
        var publish = new Publish(envelope);
        lock (_gate)
        {
            _waiting.Add(publish);
            Most = Math.Max(Most, _waiting.Count);
            if (_isOpen)
            {
                publish.Confirm();
            }
        }

        Begun.Fire(publish);
        try
        {
            await publish.Confirmed.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiting.Remove(publish);
            }

            Ended.Fire();
        }
    }

    public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A message that waits.</summary>
    internal sealed class Publish(Envelope envelope)
    {
        private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Confirmed => _confirmed.Task;

        public string? Id => envelope.CorrelationId;

        public void Confirm() => _confirmed.TrySetResult();

        public void Fail(Exception error) => _confirmed.TrySetException(error);
    }
}
