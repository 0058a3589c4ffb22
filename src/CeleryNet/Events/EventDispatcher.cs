using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Transports;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Events;

/// <summary>
/// Sends the events of one node. Whoever has one to tell puts it down and goes on; it is sent soon after, together with those that came meanwhile. While the broker is
/// away events wait, as many as <see cref="EventQueue"/> holds. Safe for concurrent use. celery/events/dispatcher.py EventDispatcher
/// </summary>
internal sealed class EventDispatcher : IAsyncDisposable
{
    private const int SentTogether = 32;

    private static readonly TimeSpan _attemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);

    private readonly ITransport _transport;
    private readonly EventFormat _format;
    private readonly EventExchange _exchange;
    private readonly EventSource _source;
    private readonly TimeSpan _pause;
    private readonly ILogger _logger;
    private readonly EventQueue _queue;
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Lock _starting = new();
    private Task _sending = Task.CompletedTask;
    private volatile bool _isStarted;
    private volatile bool _sendsTasks;
    private int _closed;
    private bool _isAway;
    private long _droppedBefore;

    /// <param name="transport">Where events go.</param>
    /// <param name="format">How they become messages.</param>
    /// <param name="exchange">Their exchange.</param>
    /// <param name="source">Whose they are.</param>
    /// <param name="pause">How long events are collected after some were sent. It bounds how many messages they make.</param>
    /// <param name="logger">Told of events that are not sent.</param>
    public EventDispatcher(ITransport transport, EventFormat format, EventExchange exchange, EventSource source, TimeSpan pause, ILogger<EventDispatcher> logger)
    {
        _transport = transport;
        _format = format;
        _exchange = exchange;
        _source = source;
        _pause = pause;
        _logger = logger;
        _queue = new EventQueue(source);
    }

    /// <summary>How long events are collected unless a test has it otherwise. Nobody who watches sees the difference.</summary>
    public static TimeSpan DefaultPause { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether events of tasks are sent. Changes at any time.</summary>
    public bool SendsTasks
    {
        get => _sendsTasks;
        init => _sendsTasks = value;
    }

    /// <summary>The name by which events go out.</summary>
    public string Hostname => _source.Hostname;

    /// <summary>Begins or stops to send events of tasks.</summary>
    /// <returns>Whether that changed anything.</returns>
    public bool Switch(bool sendsTasks)
    {
        lock (_starting)
        {
            var changes = _sendsTasks != sendsTasks;
            _sendsTasks = sendsTasks;
            return changes;
        }
    }

    /// <summary>Puts down an event of a task, to be sent in a list with others. The caller has looked whether those are sent.</summary>
    public void Collect<T>(string type, T state, EventFields<T> fields) => Add(type, isListed: true, state, fields);

    /// <summary>Puts down an event that has a message of its own.</summary>
    public void Send<T>(string type, T state, EventFields<T> fields) => Add(type, isListed: false, state, fields);

    /// <summary>Sends what waits, and nothing more after it.</summary>
    /// <param name="cancellationToken">Ends the attempts; what was not sent then is lost.</param>
    public async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await using (cancellationToken.UnsafeRegister(static giveUp => ((CancellationTokenSource)giveUp!).Cancel(), _giveUp).ConfigureAwait(false))
        {
            Task sending;
            lock (_starting)
            {
                sending = _sending;
            }

            await sending.ConfigureAwait(false);
        }

        _closing.Dispose();
        _giveUp.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(_attemptTimeout, _source.Time);
        await CloseAsync(deadline.Token).ConfigureAwait(false);
    }

    private void Add<T>(string type, bool isListed, T state, EventFields<T> fields)
    {
        if (Volatile.Read(ref _closed) == 1)
        {
            return;
        }

        if (_queue.Add(type, isListed, state, fields))
        {
            if (!_isStarted)
            {
                Start();
            }

            _wanted.Writer.TryWrite(true);
        }
    }

    // Most clients never send one.
    private void Start()
    {
        lock (_starting)
        {
            if (!_isStarted && Volatile.Read(ref _closed) == 0)
            {
                _isStarted = true;
                _sending = Task.Run(SendAllAsync, CancellationToken.None);
            }
        }
    }

    private async Task SendAllAsync()
    {
        while (true)
        {
            var batches = _queue.Take(SentTogether);
            if (batches.Count > 0)
            {
                await SendAsync(batches).ConfigureAwait(false);
                if (_pause > TimeSpan.Zero && !_queue.HasFull)
                {
                    await Task.Delay(_pause, _source.Time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
            else if (_closing.IsCancellationRequested)
            {
                return;
            }
            else
            {
                await WaitUntilWantedAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WaitUntilWantedAsync()
    {
        try
        {
            await _wanted.Reader.ReadAsync(_closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // What has come in until now is sent yet.
        }
    }

    // Those that the broker has not taken are tried again, in their order, before any that came later.
    private async ValueTask SendAsync(IReadOnlyList<EventBatch> batches)
    {
        var messages = Write(batches);
        while (messages.Count > 0)
        {
            var (unsent, reason) = await TrySendAsync(messages).ConfigureAwait(false);
            if (unsent.Count == 0)
            {
                Resume();
                return;
            }

            if (_giveUp.IsCancellationRequested)
            {
                Lose(unsent);
                return;
            }

            Pause(reason);
            messages = unsent;
            await Task.Delay(_retryDelay, _source.Time, _giveUp.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<Message> Write(IReadOnlyList<EventBatch> batches)
    {
        var messages = new List<Message>(batches.Count);
        foreach (var batch in batches)
        {
            try
            {
                messages.Add(new Message(_format.Write(batch.Close(), _source.Hostname), batch));
            }
            catch (CelerySerializationException error)
            {
                _logger.EventsRefused(_source.Hostname, batch.RoutingKey, batch.Count, error.Message);
            }
        }

        return messages;
    }

    private async ValueTask<(List<Message> Unsent, string Reason)> TrySendAsync(List<Message> messages)
    {
        using var deadline = new CancellationTokenSource(_attemptTimeout, _source.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _giveUp.Token);
        var attempts = messages.ConvertAll(message => TrySendAsync(message, either.Token));
        List<Message> unsent = [];
        var reason = "";
        for (var i = 0; i < attempts.Count; i++)
        {
            if (await attempts[i].ConfigureAwait(false) is { } failure)
            {
                unsent.Add(messages[i]);
                reason = failure;
            }
        }

        return (unsent, reason);
    }

    // Why it was not sent and may be tried again; null when it is done with.
    private async Task<string?> TrySendAsync(Message message, CancellationToken cancellationToken)
    {
        var batch = message.Batch;
        try
        {
            await _transport.Publisher.PublishAsync(message.Envelope, _exchange.For(batch.RoutingKey), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (BrokerUnavailableException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException)
        {
            return $"the broker did not take it within {_attemptTimeout}";
        }
#pragma warning disable CA1031 // Whatever it is, it must not end the sending of others.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _logger.EventsRefused(_source.Hostname, batch.RoutingKey, batch.Count, error.Message);
            return null;
        }
    }

    private void Pause(string reason)
    {
        if (!_isAway)
        {
            _isAway = true;
            _droppedBefore = _queue.Dropped;
            _logger.EventsDelayed(_source.Hostname, reason, EventQueue.MaxSize);
        }
    }

    private void Resume()
    {
        if (_isAway)
        {
            _isAway = false;
            _logger.EventsResumed(_source.Hostname, _queue.Dropped - _droppedBefore);
        }
    }

    private void Lose(List<Message> unsent)
    {
        var count = unsent.Sum(message => message.Batch.Count);
        for (var batches = _queue.Take(int.MaxValue); batches.Count > 0; batches = _queue.Take(int.MaxValue))
        {
            count += batches.Sum(batch => batch.Count);
        }

        _logger.EventsLost(_source.Hostname, count);
    }

    private sealed record Message(Protocol.Envelope Envelope, EventBatch Batch);
}
