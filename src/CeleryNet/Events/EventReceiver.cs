using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Events;

/// <summary>Listens to events by a queue of its own, which the broker deletes after it. celery/events/receiver.py EventReceiver</summary>
/// <param name="transport">Where they come from.</param>
/// <param name="queues">How its queues are declared.</param>
/// <param name="reader">Reads them.</param>
/// <param name="wake">Asks workers to tell of themselves.</param>
/// <param name="connectTimeout">How long the beginning may take.</param>
/// <param name="time">Measures it.</param>
/// <param name="logger">Told of what cannot be read.</param>
internal sealed class EventReceiver(
    ITransport transport,
    EventQueues queues,
    EventReader reader,
    Func<CancellationToken, ValueTask> wake,
    TimeSpan connectTimeout,
    TimeProvider time,
    ILogger<EventReceiver> logger) : ICeleryEvents
{
    private const int Prefetch = 1000;

    public IAsyncEnumerable<CeleryEvent> ListenAsync(string binding = "#", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(binding);
        return ReadAsync(binding, cancellationToken);
    }

    private async IAsyncEnumerable<CeleryEvent> ReadAsync(string binding, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var consumer = await ConnectAsync(binding, cancellationToken).ConfigureAwait(false);
        await using (consumer.ConfigureAwait(false))
        {
            while (await WaitAsync(consumer, cancellationToken).ConfigureAwait(false))
            {
                while (consumer.Deliveries.TryRead(out var delivery))
                {
                    foreach (var told in Read(delivery))
                    {
                        yield return told;
                    }
                }
            }
        }

        throw new BrokerUnavailableException("The broker has ended the listening to events.");
    }

    private async Task<IConsumer> ConnectAsync(string binding, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(connectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var consumer = await transport.ConsumeAsync(new ConsumerRequest([queues.Create(binding)], Prefetch) { NoAck = true }, either.Token).ConfigureAwait(false);
            try
            {
                await wake(either.Token).ConfigureAwait(false);
                return consumer;
            }
            catch
            {
                await consumer.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is OperationCanceledException or BrokerUnavailableException { InnerException: OperationCanceledException })
        {
            throw new OperationCanceledException("The listening to events was ended by its caller.", error, cancellationToken);
        }
        catch (OperationCanceledException error) when (deadline.IsCancellationRequested)
        {
            throw new BrokerUnavailableException($"The broker could not be listened to within PublishTimeout ({connectTimeout}).", error);
        }
    }

    private static async ValueTask<bool> WaitAsync(IConsumer consumer, CancellationToken cancellationToken)
    {
        try
        {
            return await consumer.Deliveries.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException error) when (error.InnerException is CeleryException)
        {
            throw new BrokerUnavailableException(error.InnerException.Message, error.InnerException);
        }
    }

    // What one program writes wrongly must not end what is heard of others.
    private IReadOnlyList<CeleryEvent> Read(IDelivery delivery)
    {
        try
        {
            return reader.Read(delivery.Envelope ?? throw new MalformedMessageException(delivery.Unreadable ?? "It has no envelope."));
        }
        catch (MalformedMessageException error)
        {
            logger.EventUnreadable(error.Message);
            return [];
        }
    }
}
