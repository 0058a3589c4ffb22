using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Resilience;
using CeleryNet.Routing;
using Microsoft.Extensions.Logging;
using Polly;

namespace CeleryNet.Transports.Amqp;

/// <summary>Consumes queues on one channel after another: when one is lost the queues are declared and consumed again on the next.</summary>
internal sealed class AmqpConsumer : IConsumer, IRetryWatcher
{
    private const string HasStopped = "The consumer has stopped.";

    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(5);

    // Replicated queues agree on each consumer among their nodes: they are not asked to for every step of a bound that moves fast.
    private static readonly TimeSpan _adjustPause = TimeSpan.FromMilliseconds(20);

    private readonly AmqpConnection _connection;
    private readonly AmqpDeadLetters _deadLetters;
    private readonly AmqpRunCount _runCount;
    private readonly AmqpDelays _delays;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<AmqpConsumer> _onDisposed;
    private readonly Channel<AmqpDelivery> _deliveries;
    private readonly OperationPipeline _untilConsuming;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _ending = new(1, 1);
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private List<QueueChange> _waiting = [];
    private IReadOnlyList<QueueSpec> _queues;
    private AmqpConsumerChannel? _channel;
    private Task _loop = Task.CompletedTask;
    private int _prefetch;
    private bool _mayShare = true;
    private bool _linkShares;
    private bool _stopped;

    public AmqpConsumer(
        AmqpConnection connection,
        AmqpDeadLetters deadLetters,
        AmqpRunCount runCount,
        AmqpDelays delays,
        ConsumerRequest request,
        OperationPipeline untilConsuming,
        TimeProvider time,
        ILogger logger,
        Action<AmqpConsumer> onDisposed)
    {
        _connection = connection;
        _deadLetters = deadLetters;
        _runCount = runCount;
        _delays = delays;
        _queues = request.Queues;
        _prefetch = request.Prefetch;
        _time = time;
        _logger = logger;
        _onDisposed = onDisposed;

        // Bounded by the broker, which keeps to the prefetch count.
        _deliveries = Channel.CreateUnbounded<AmqpDelivery>(new UnboundedChannelOptions { SingleWriter = true });
        Deliveries = new AmqpDeliveryReader(_deliveries.Reader, request.NoAck);
        _untilConsuming = untilConsuming;
    }

    public ChannelReader<IDelivery> Deliveries { get; }

    private string Names => string.Join(", ", Volatile.Read(ref _queues).Select(queue => queue.Name));

    /// <summary>Consumes for the first time, and from then on.</summary>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached before the token fires, or refuses us.</exception>
    /// <exception cref="CeleryConfigurationException">A queue exists with other arguments.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _channel = await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AmqpRefusedException error) when (error.Code == AmqpErrors.PreconditionFailed)
        {
            throw new CeleryConfigurationException(error.Message, error);
        }
        catch (Exception error) when (error is AmqpRefusedException || AmqpErrors.IsTrouble(error))
        {
            throw Unavailable(Names, error);
        }

        _loop = Task.Run(StayConsumingAsync, CancellationToken.None);
    }

    public void SetPrefetch(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ConsumerRequest.LargestPrefetch);
        if (Interlocked.Exchange(ref _prefetch, count) != count)
        {
            Adjust();
        }
    }

    public async ValueTask AddQueueAsync(QueueSpec queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfStopped();
        if (Find(queue.Name) is not null)
        {
            return;
        }

        try
        {
            var link = await _connection.GetAsync(cancellationToken).ConfigureAwait(false);
            await AmqpTopology.DeclareAsync(link, [queue], cancellationToken).ConfigureAwait(false);
            await _delays.PrepareAsync(link, [queue], cancellationToken).ConfigureAwait(false);
            await ChangeAsync(queue, removed: null).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AmqpRefusedException error) when (error.Code == AmqpErrors.PreconditionFailed)
        {
            throw new CeleryConfigurationException(error.Message, error);
        }
        catch (Exception error) when (error is AmqpRefusedException || AmqpErrors.IsTrouble(error))
        {
            throw Unavailable(queue.Name, error);
        }
    }

    public async ValueTask<bool> RemoveQueueAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfStopped();
        if (Find(name) is null)
        {
            return false;
        }

        await ChangeAsync(added: null, name).WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        await _ending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            await _stopping.CancelAsync().ConfigureAwait(false);
            try
            {
                await _loop.WaitAsync(cancellationToken).ConfigureAwait(false);
                await CancelAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _deliveries.Writer.TryComplete();
                await ReturnUnreadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _ending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(_stopTimeout, _time);
        try
        {
            await StopAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Closing the channel returns to the queues what stopping could not.
        }

        if (_channel is { } channel)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }

        _onDisposed(this);
    }

    public void OnRetry(Exception error, TimeSpan delay) => _logger.ConsumeFailed(Names, error.Message, delay);

    private static BrokerUnavailableException Unavailable(string queues, Exception error)
        => error as BrokerUnavailableException ?? new($"Cannot consume from {queues}: {AmqpErrors.Describe(error)}", error);

    private void ThrowIfStopped()
    {
        if (_stopping.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(HasStopped);
        }
    }

    private QueueSpec? Find(string name) => Volatile.Read(ref _queues).FirstOrDefault(queue => queue.Name == name);

    // Completes when the broker knows of the change. Where there is no channel now, the next one begins with it.
    private Task ChangeAsync(QueueSpec? added, string? removed)
    {
        var change = new QueueChange(added);
        lock (_gate)
        {
            ThrowIfStopped();
            var rest = _queues.Where(queue => queue.Name != removed && queue.Name != added?.Name);
            Volatile.Write(ref _queues, added is null ? [.. rest] : [.. rest, added]);
            if (_channel is { Ended.IsCompleted: true })
            {
                return Task.CompletedTask;
            }

            _waiting.Add(change);
        }

        Adjust();
        return change.Known.Task;
    }

    private List<QueueChange> TakeWaiting()
    {
        lock (_gate)
        {
            return Interlocked.Exchange(ref _waiting, []);
        }
    }

    private void Refuse(List<QueueChange> changes, AmqpRefusedException refusal)
    {
        var added = changes.Where(change => change.Added is not null).ToArray();
        lock (_gate)
        {
            Volatile.Write(ref _queues, [.. _queues.Where(queue => !added.Any(change => change.Added!.Name == queue.Name))]);
        }

        foreach (var change in added)
        {
            change.Known.TrySetException(refusal);
        }
    }

    private void Adjust() => _changed.Writer.TryWrite(true);

    private async Task StayConsumingAsync()
    {
        var stopping = _stopping.Token;
        try
        {
            var changed = _changed.Reader.WaitToReadAsync(stopping).AsTask();
            while (true)
            {
                var channel = _channel!;
                await Task.WhenAny(channel.Ended, changed).ConfigureAwait(false);
                stopping.ThrowIfCancellationRequested();
                if (channel.Ended.IsCompleted)
                {
                    await ReplaceAsync(channel, stopping).ConfigureAwait(false);
                }
                else
                {
                    _changed.Reader.TryRead(out _);
                    changed = _changed.Reader.WaitToReadAsync(stopping).AsTask();
                    await AdjustAsync(channel, stopping).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped.
        }
#pragma warning disable CA1031 // Whoever reads the deliveries has to learn that there will be no more, whatever ended the attempts.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _deliveries.Writer.TryComplete(
                error as CeleryException ?? new BrokerUnavailableException($"Cannot consume from {Names} again: {AmqpErrors.Describe(error)}", error));
        }
        finally
        {
            foreach (var change in TakeWaiting())
            {
                change.Known.TrySetException(new BrokerUnavailableException(HasStopped));
            }
        }
    }

    private async Task ReplaceAsync(AmqpConsumerChannel channel, CancellationToken stopping)
    {
        _logger.ConsumeInterrupted(Names, await channel.Ended.ConfigureAwait(false));
        await channel.DisposeAsync().ConfigureAwait(false);
        TakeWaiting().ForEach(static change => change.Known.TrySetResult());
        DropLost();
        // A channel that is lost as soon as it is open must not be opened without a pause.
        await Task.Delay(_shortestPause, _time, stopping).ConfigureAwait(false);
        _channel = await OpenAgainAsync(stopping).ConfigureAwait(false);

        // Things may have changed while it was opened.
        Adjust();
    }

    private async Task<AmqpConsumerChannel> OpenAgainAsync(CancellationToken stopping)
    {
        var context = _untilConsuming.Begin(this, stopping);
        try
        {
            return await _untilConsuming.Pipeline.ExecuteAsync(
                static async (attempt, self) => await self.OpenAsync(attempt.CancellationToken).ConfigureAwait(false), context, this).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    // Not to be given up halfway: the broker answers, or the channel ends.
    private async Task AdjustAsync(AmqpConsumerChannel channel, CancellationToken stopping)
    {
        var changes = TakeWaiting();
        var intake = Intake();
        bool hasChanged;
        try
        {
            hasChanged = await channel.AdjustAsync(intake, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A consumer whose bound silently stays as it was would starve or flood: whatever it was, the channel is replaced.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var refusal = AmqpErrors.RefusalIn(error);
            if (refusal is { Code: AmqpErrors.NotImplemented } && _mayShare)
            {
                _mayShare = false;
            }
            else if (refusal is not null)
            {
                Refuse(changes, refusal);
            }

            channel.End(AmqpErrors.Describe(error));
            hasChanged = false;
        }

        // Those that were not refused are what the next channel begins with.
        changes.ForEach(static change => change.Known.TrySetResult());
        if (hasChanged && !intake.IsShared)
        {
            await Task.Delay(_adjustPause, _time, stopping).ConfigureAwait(false);
        }
    }

    private AmqpIntake Intake()
    {
        var queues = Volatile.Read(ref _queues);
        var isShared = _mayShare && _linkShares && !queues.Any(queue => QueueArguments.IsReplicated(queue.Arguments));
        return new AmqpIntake(queues, Volatile.Read(ref _prefetch), isShared);
    }

    private async Task<AmqpConsumerChannel> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                return await OpenOnceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (AmqpErrors.RefusalIn(error) is { Code: AmqpErrors.NotImplemented } && _mayShare)
            {
                // A policy or the virtual host's default made it a quorum queue, which a shared bound does not work for.
                _mayShare = false;
                return await OpenOnceAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (AmqpErrors.RefusalIn(error) is { } refusal)
        {
            throw refusal;
        }
    }

    private async Task<AmqpConsumerChannel> OpenOnceAsync(CancellationToken cancellationToken)
    {
        var link = await _connection.GetAsync(cancellationToken).ConfigureAwait(false);
        _linkShares = link.SharesPrefetch;
        var intake = Intake();
        await AmqpTopology.DeclareAsync(link, intake.Queues, cancellationToken).ConfigureAwait(false);
        await _delays.PrepareAsync(link, intake.Queues, cancellationToken).ConfigureAwait(false);
        return await AmqpConsumerChannel.OpenAsync(link, intake, _deliveries.Writer, Adjust, _deadLetters, _runCount, _logger, cancellationToken).ConfigureAwait(false);
    }

    // Nobody but the next channel writes, and it is not open yet: afterwards there is room for all that it may bring.
    private void DropLost()
    {
        while (_deliveries.Reader.TryPeek(out var delivery) && delivery.IsLost)
        {
            _deliveries.Reader.TryRead(out _);
        }
    }

    private async Task CancelAsync(CancellationToken cancellationToken)
    {
        if (_channel is not { Ended.IsCompleted: false } channel)
        {
            return;
        }

        try
        {
            await channel.CancelAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (AmqpErrors.IsTrouble(error) && !cancellationToken.IsCancellationRequested)
        {
            // The channel is lost or does not answer. What comes in nevertheless is refused by the completed channel of deliveries.
        }
    }

    private async Task ReturnUnreadAsync(CancellationToken cancellationToken)
    {
        while (_deliveries.Reader.TryRead(out var delivery))
        {
            try
            {
                await delivery.SettleAsync(Settlement.Requeue, cancellationToken).ConfigureAwait(false);
            }
            catch (BrokerUnavailableException)
            {
                // It goes back when the channel is closed.
            }
        }
    }

    /// <summary>A queue that came or went, and who waits for the broker to know.</summary>
    private sealed record QueueChange(QueueSpec? Added)
    {
        public TaskCompletionSource Known { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
