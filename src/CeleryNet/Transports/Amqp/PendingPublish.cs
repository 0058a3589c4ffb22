using CeleryNet.Routing;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>A message on its way to the broker, until the broker has confirmed it.</summary>
internal sealed class PendingPublish(BasicProperties properties, ReadOnlyMemory<byte> body, Destination destination)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BasicProperties Properties { get; } = properties;

    public ReadOnlyMemory<byte> Body { get; } = body;

    public Destination Destination { get; } = destination;

    /// <summary>What the broker said when it sent the message back: no queue takes it. The confirm comes after it.</summary>
    public string? Returned { get; set; }

    /// <summary>Whether nobody waits any more; what has not been written by then is not written.</summary>
    public bool IsAbandoned { get; private set; }

    /// <param name="link">What it was sent on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerUnavailableException">The token fired first.</exception>
    public async Task WhenConfirmedAsync(AmqpLink link, CancellationToken cancellationToken)
    {
        try
        {
            await _completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested)
        {
            IsAbandoned = true;
            throw new BrokerUnavailableException(
                $"The broker did not confirm a message for {Describe()} within the given time; it may or may not be there."
                    + (link.BlockedReason is { } reason ? $" {link.Url} does not take messages at the moment: {reason}." : ""),
                error);
        }
    }

    public void Confirm()
    {
        if (Returned is { } reply)
        {
            Fail(new PublishReturnedException(
                $"No queue takes the message for {Describe()}: {reply}. Declare the queue, or bind one to the exchange with this key, before publishing to it."));
        }
        else
        {
            _completion.TrySetResult();
        }
    }

    public void Refuse(string reason) => Fail(new PublishException(Refusal(reason)));

    /// <summary>Its exchange is missing.</summary>
    public void Return(string reason) => Fail(new PublishReturnedException(Refusal(reason)));

    public void Fail(Exception error)
    {
        _completion.TrySetException(error);
        // Nobody may be waiting any more.
        _ = _completion.Task.Exception;
    }

    public string Describe()
        => Destination.Exchange.Length == 0
            ? $"queue '{Destination.RoutingKey}'"
            : $"exchange '{Destination.Exchange}' with routing key '{Destination.RoutingKey}'";

    /// <summary>Whether a returned message is this one, or one that is equal to it in all that its sender could tell them apart by.</summary>
    public bool Equals(string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
        => Destination.Mandatory
            && Destination.Exchange == exchange
            && Destination.RoutingKey == routingKey
            && Properties.CorrelationId == properties.CorrelationId
            && Body.Span.SequenceEqual(body.Span);

    private string Refusal(string reason) => $"The broker refused a message for {Describe()}: {reason}";
}

/// <summary>Nothing takes the message, which the broker sent back: it is not there.</summary>
internal sealed class PublishReturnedException(string message) : Exception(message);
