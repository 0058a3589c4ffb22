using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Control;

/// <summary>
/// Receives the commands for one node and answers them, whatever else the node does. Outages only interrupt it. celery/worker/pidbox.py Pidbox
/// </summary>
internal sealed class ControlNode : IAsyncDisposable
{
    private const int Prefetch = 256;

    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _replyTimeout = TimeSpan.FromSeconds(5);

    private readonly ITransport _transport;
    private readonly Mailbox _mailbox;
    private readonly ControlCodec _codec;
    private readonly ControlCommands _commands;
    private readonly LamportClock _clock;
    private readonly string _hostname;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _attempted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;
    private int _disposed;

    public ControlNode(
        ITransport transport,
        Mailbox mailbox,
        ControlCodec codec,
        ControlCommands commands,
        LamportClock clock,
        string hostname,
        TimeProvider time,
        ILogger<ControlNode> logger)
    {
        _transport = transport;
        _mailbox = mailbox;
        _codec = codec;
        _commands = commands;
        _clock = clock;
        _hostname = hostname;
        _time = time;
        _logger = logger;
    }

    /// <summary>Begins to receive. Does nothing the second time.</summary>
    /// <param name="cancellationToken">Ends the wait; it goes on to be tried.</param>
    /// <returns>Ends when commands are received, or could not be at the first attempt.</returns>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running ??= Task.Run(RunAsync, CancellationToken.None);
        return _attempted.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_running is { } running)
        {
            await running.ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ReceiveAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error) when (error is CeleryException or ChannelClosedException)
            {
                _logger.ControlInterrupted(_hostname, (error.InnerException as CeleryException ?? error).Message, _retryDelay);
                _attempted.TrySetResult();
                await Task.Delay(_retryDelay, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _attempted.TrySetResult();
    }

    private async Task ReceiveAsync(CancellationToken stopping)
    {
        var request = new ConsumerRequest([_mailbox.QueueOf(_hostname)], Prefetch) { NoAck = true };
        var consumer = await _transport.ConsumeAsync(request, stopping).ConfigureAwait(false);
        await using (consumer.ConfigureAwait(false))
        {
            _attempted.TrySetResult();
            await foreach (var delivery in consumer.Deliveries.ReadAllAsync(stopping).ConfigureAwait(false))
            {
                await HandleAsync(delivery, stopping).ConfigureAwait(false);
            }
        }

        throw new BrokerUnavailableException("The consumer has ended.");
    }

    private async ValueTask HandleAsync(IDelivery delivery, CancellationToken stopping)
    {
        ControlMessage message;
        try
        {
            message = _codec.Read(delivery.Envelope ?? throw new MalformedMessageException(delivery.Unreadable ?? "It has no envelope."));
            _clock.Adjust(message.Clock);
            if (!NodeFilter.IsFor(message, _hostname))
            {
                return;
            }
        }
        catch (MalformedMessageException error)
        {
            _logger.ControlMessageUnreadable(error.Message);
            return;
        }

        var reply = Obey(message);
        if (message.ReplyTo is { } address)
        {
            await ReplyAsync(message, address, reply, stopping).ConfigureAwait(false);
        }
    }

    // As texts Celery answers with the repr of the exception. kombu/pidbox.py Node.dispatch
    private ControlReply Obey(ControlMessage message)
    {
        if (_commands.Find(message.Method) is not { } command)
        {
            _logger.ControlCommandUnknown(message.Method);
            return ControlReply.Error($"KeyError({Repr(message.Method)})");
        }

        try
        {
            return command(message.Arguments);
        }
        catch (ControlArgumentException error)
        {
            _logger.ControlCommandFailed(error, message.Method);
            return ControlReply.Error($"TypeError({Repr(error.Message)})");
        }
#pragma warning disable CA1031 // One command must not end remote control; who asked is told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _logger.ControlCommandFailed(error, message.Method);
            return ControlReply.Error($"{error.GetType().Name}({Repr(error.Message)})");
        }
    }

    private static string Repr(string text) => PythonRepr.Repr(HeaderJson.ToElement(text));

    private async ValueTask ReplyAsync(ControlMessage message, ReplyTo address, ControlReply reply, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(_replyTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            await _transport.Publisher
                .PublishAsync(_codec.WriteReply(_hostname, reply, message.Ticket), Mailbox.Reply(address), either.Token)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (error is CeleryException || (error is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            _logger.ControlReplyNotSent(error, message.Method);
        }
    }
}
