using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>A transport that tells what its consumers settle, and can be away.</summary>
internal sealed class WatchedTransport(ITransport inner) : ITransport
{
    private int _refusals;
    private IConsumer? _consumer;

    /// <summary>Each settlement, once the broker has it.</summary>
    public TestSignal<Settlement> Settled { get; } = new();

    /// <summary>What the settling code is told next instead of success: for brokers that do not take a settlement.</summary>
    public Exception? SettlementError { get; set; }

    /// <summary>What the code that counts a run is told next instead of success.</summary>
    public Exception? CountError { get; set; }

    /// <summary>What the publishing code is told instead of success: for brokers that do not take a message.</summary>
    public Exception? PublishError { get; set; }

    /// <summary>What who consumes is told instead of success.</summary>
    public Exception? ConsumeError { get; set; }

    /// <summary>Each message that the broker has taken.</summary>
    public TestSignal<PublishedMessage> Published { get; } = new();

    public IPublisher Publisher => new WatchedPublisher(this, inner.Publisher);

    public IDeadLetterStore DeadLetters => inner.DeadLetters;

    /// <summary>How many attempts to keep a copy of a message are told that the broker is away.</summary>
    public int KeepRefusals { get; set; }

    /// <summary>The reasons of messages that were kept without being settled, once the broker has them.</summary>
    public TestSignal<string> Kept { get; } = new();

    /// <summary>Lets the next attempts to consume fail.</summary>
    public void RefuseConsumers(int times) => _refusals = times;

    /// <summary>Ends the consumer, as the loss of its connection would: its deliveries are lost, the broker gives them out again.</summary>
    public ValueTask LoseConsumerAsync() => _consumer!.DisposeAsync();

    public async ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken)
    {
        if (_refusals-- > 0)
        {
            throw new BrokerUnavailableException("The broker is away.");
        }

        if (ConsumeError is { } error)
        {
            throw error;
        }

        _consumer = await inner.ConsumeAsync(request, cancellationToken);
        return new Consumer(this, _consumer);
    }

    public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => inner.DeleteQueueAsync(queue, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class WatchedPublisher(WatchedTransport owner, IPublisher inner) : IPublisher
    {
        public async ValueTask PublishAsync(Envelope envelope, Destination destination, CancellationToken cancellationToken)
        {
            if (owner.PublishError is { } error)
            {
                throw error;
            }

            var settledBefore = owner.Settled.Count;
            await inner.PublishAsync(envelope, destination, cancellationToken);
            owner.Published.Fire(new(envelope, destination, settledBefore));
        }
    }

    private sealed class Consumer(WatchedTransport owner, IConsumer inner) : IConsumer
    {
        public ChannelReader<IDelivery> Deliveries { get; } = new Reader(owner, inner.Deliveries);

        public void SetPrefetch(int count) => inner.SetPrefetch(count);

        public ValueTask AddQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => inner.AddQueueAsync(queue, cancellationToken);

        public ValueTask<bool> RemoveQueueAsync(string name, CancellationToken cancellationToken) => inner.RemoveQueueAsync(name, cancellationToken);

        public ValueTask StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Reader(WatchedTransport owner, ChannelReader<IDelivery> inner) : ChannelReader<IDelivery>
    {
        public override bool TryRead([MaybeNullWhen(false)] out IDelivery item)
        {
            item = inner.TryRead(out var delivery) ? new Delivery(owner, delivery) : null;
            return item is not null;
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => inner.WaitToReadAsync(cancellationToken);
    }

    private sealed class Delivery(WatchedTransport owner, IDelivery inner) : IDelivery
    {
        public Envelope? Envelope => inner.Envelope;

        public string? Unreadable => inner.Unreadable;

        public string Queue => inner.Queue;

        public string Exchange => inner.Exchange;

        public string RoutingKey => inner.RoutingKey;

        public bool Redelivered => inner.Redelivered;

        public int DeliveryCount => inner.DeliveryCount;

        public CancellationToken Lost => inner.Lost;

        public ValueTask<bool> CountAsync(CancellationToken cancellationToken)
        {
            if (owner.CountError is { } error)
            {
                owner.CountError = null;
                return ValueTask.FromException<bool>(error);
            }

            return inner.CountAsync(cancellationToken);
        }

        public async ValueTask KeepCopyAsync(string reason, CancellationToken cancellationToken)
        {
            if (owner.KeepRefusals-- > 0)
            {
                throw new BrokerUnavailableException("The broker is away.");
            }

            await inner.KeepCopyAsync(reason, cancellationToken);
            owner.Kept.Fire(reason);
        }

        public async ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken)
        {
            if (owner.SettlementError is { } error)
            {
                owner.SettlementError = null;
                throw error;
            }

            await inner.SettleAsync(settlement, cancellationToken);
            owner.Settled.Fire(settlement);
        }
    }
}

/// <summary>A message that the broker has taken.</summary>
/// <param name="Envelope">The message.</param>
/// <param name="Destination">Where it was sent.</param>
/// <param name="SettledBefore">How many deliveries had been settled when it was sent.</param>
internal sealed record PublishedMessage(Envelope Envelope, Destination Destination, int SettledBefore);
