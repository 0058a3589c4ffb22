using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// A channel in confirm mode. Many messages may be on their way; each waits for its own confirm, and all of them fail when the channel closes.
/// </summary>
/// <remarks>
/// The client's own tracking is not used: it adds a header to every message. Returned messages do not say which publish they were; they are
/// found by what they carry.
/// </remarks>
internal sealed class AmqpConfirmChannel : IAsyncDisposable
{
    /// <summary>How many messages may be unconfirmed at a time. More gains nothing: the broker confirms in groups far smaller.</summary>
    public const int Window = 256;

    private const int BasicClass = 60;
    private const int PublishMethod = 40;

    private static readonly CreateChannelOptions _options = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly AmqpLink _link;
    private readonly IChannel _channel;
    private readonly SemaphoreSlim _window = new(Window);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, PendingPublish> _pending = [];
    private ulong _next = 1;
    private ulong _lowest = 1;
    private string? _closed;

    private AmqpConfirmChannel(AmqpLink link, IChannel channel)
    {
        _link = link;
        _channel = channel;
        channel.BasicAcksAsync += OnAckAsync;
        channel.BasicNacksAsync += OnNackAsync;
        channel.BasicReturnAsync += OnReturnAsync;
        // Raised at once when the channel is closed already.
        channel.ChannelShutdownAsync += OnShutdownAsync;
    }

    public bool IsOpen => Volatile.Read(ref _closed) is null && _link.IsOpen;

    public AmqpLink Link => _link;

    public static async Task<AmqpConfirmChannel> OpenAsync(AmqpLink link, CancellationToken cancellationToken)
        => new(link, await link.CreateChannelAsync(_options, cancellationToken).ConfigureAwait(false));

    /// <summary>Waits until the message may be sent, then sends it without waiting for its confirm.</summary>
    /// <returns>False when the channel closed before the message was sent.</returns>
    /// <exception cref="OperationCanceledException">The token fired before the message was sent.</exception>
    public async ValueTask<bool> TrySendAsync(PendingPublish message, CancellationToken cancellationToken)
    {
        await _window.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!IsOpen)
        {
            _window.Release();
            return false;
        }

        // Writing may wait for the network longer than the caller wants to; the message's own completion reports how it ended.
        _ = WriteAsync(message);
        return true;
    }

    public async ValueTask DisposeAsync() => await _channel.DisposeAsync().ConfigureAwait(false);

    private async Task WriteAsync(PendingPublish message)
    {
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        ulong tag = 0;
        try
        {
            if (!TryAdd(message, out tag))
            {
                return;
            }

            // No token: a message cut off halfway would put the numbering of the confirms out of step.
            await _channel.BasicPublishAsync(
                message.Destination.Exchange,
                message.Destination.RoutingKey,
                message.Destination.Mandatory,
                message.Properties,
                message.Body,
                CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // However writing ends, somebody waits for this message and others for the channel.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // One number may be used up or not: the channel cannot go on.
            Close($"writing to it failed: {error.Message}");
        }
        finally
        {
            _writing.Release();
        }
    }

    private bool TryAdd(PendingPublish message, out ulong tag)
    {
        lock (_gate)
        {
            tag = _next;
            if (_closed is null && !message.IsAbandoned)
            {
                _pending.Add(tag, message);
                _next++;
                return true;
            }
        }

        _window.Release();
        message.Fail(new BrokerUnavailableException($"The connection to {_link.Url} was lost before a message for {message.Describe()} was sent: {_closed}"));
        return false;
    }

    private Task OnAckAsync(object sender, BasicAckEventArgs args)
    {
        Settle(args.DeliveryTag, args.Multiple, static message => message.Confirm());
        return Task.CompletedTask;
    }

    private Task OnNackAsync(object sender, BasicNackEventArgs args)
    {
        Settle(args.DeliveryTag, args.Multiple, static message => message.Refuse("it did not take responsibility for it (nack): its queue is full or failed"));
        return Task.CompletedTask;
    }

    private Task OnReturnAsync(object sender, BasicReturnEventArgs args)
    {
        lock (_gate)
        {
            for (var tag = _lowest; tag < _next; tag++)
            {
                if (_pending.TryGetValue(tag, out var message)
                    && message.Returned is null
                    && message.Equals(args.Exchange, args.RoutingKey, args.BasicProperties, args.Body))
                {
                    message.Returned = $"{args.ReplyCode} {args.ReplyText}";
                    break;
                }
            }
        }

        return Task.CompletedTask;
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        if (reason is { Initiator: ShutdownInitiator.Peer, ClassId: BasicClass, MethodId: PublishMethod })
        {
            RefuseCulprits(reason.ReplyCode, reason.ReplyText);
        }

        Close(AmqpErrors.Describe(reason));
        return Task.CompletedTask;
    }

    private void Settle(ulong tag, bool multiple, Action<PendingPublish> settle)
    {
        var settled = 0;
        lock (_gate)
        {
            for (var current = multiple ? _lowest : tag; current <= tag; current++)
            {
                if (_pending.Remove(current, out var message))
                {
                    settled++;
                    settle(message);
                }
            }

            while (_lowest < _next && !_pending.ContainsKey(_lowest))
            {
                _lowest++;
            }
        }

        if (settled > 0)
        {
            _window.Release(settled);
        }
    }

    // The broker closes the whole channel over one message and does not say which: it is told by what the reply names.
    //   NOT_FOUND - no exchange 'x' in vhost '/'
    //   ACCESS_REFUSED - access to exchange 'x' in vhost '/' refused for user 'u'   ('amq.default' is the default exchange)
    //   PRECONDITION_FAILED - message size 17 is larger than configured max size 16
    private void RefuseCulprits(int code, string reply)
    {
        lock (_gate)
        {
            var culprits = _pending.Values.Where(message => reply.Contains(
                    $"exchange '{(message.Destination.Exchange.Length == 0 ? "amq.default" : message.Destination.Exchange)}'", StringComparison.Ordinal)).ToArray();
            if (culprits.Length == 0)
            {
                culprits = [.. _pending.Values.Where(message => reply.Contains($"message size {message.Body.Length} ", StringComparison.Ordinal))];
            }

            if (culprits.Length == 0 && _pending.Count == 1)
            {
                culprits = [.. _pending.Values];
            }

            foreach (var culprit in culprits)
            {
                if (code == AmqpErrors.NotFound)
                {
                    culprit.Return(reply);
                }
                else
                {
                    culprit.Refuse(reply);
                }
            }
        }
    }

    private void Close(string reason)
    {
        PendingPublish[] lost;
        lock (_gate)
        {
            _closed ??= reason;
            lost = [.. _pending.Values];
            _pending.Clear();
            _lowest = _next;
        }

        foreach (var message in lost)
        {
            message.Fail(new BrokerUnavailableException(
                $"The channel to {_link.Url} was lost before the broker confirmed a message for {message.Describe()}; it may or may not be there: {reason}"));
        }

        if (lost.Length > 0)
        {
            _window.Release(lost.Length);
        }
    }
}
