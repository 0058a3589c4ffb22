using System.Runtime.CompilerServices;
using CeleryNet.Routing;
using CeleryNet.Transports;

namespace CeleryNet.Client;

/// <summary>Names queues and sets deadlines; the broker's store does the rest.</summary>
internal sealed class DeadLetters(IDeadLetterStore store, QueueCatalog catalog, TimeSpan timeout, TimeProvider time) : IDeadLetters
{
    private const int LargestLimit = 10_000;

    public IAsyncEnumerable<DeadLetter> ListAsync(string queue, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LargestLimit);
        return ReadAsync(NameOf(queue), limit, cancellationToken);
    }

    public async Task<long> CountAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        return await WithDeadlineAsync(queue, step => store.CountAsync(NameOf(queue), step), cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> ReplayAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return await TakeAsync(queue, letter => letter.Id == id, atMost: 1, replay: true, cancellationToken).ConfigureAwait(false) > 0;
    }

    public Task<int> ReplayAllAsync(string queue, Func<DeadLetter, bool>? where = null, CancellationToken cancellationToken = default)
        => TakeAsync(queue, where ?? (static _ => true), int.MaxValue, replay: true, cancellationToken);

    public async Task<bool> DropAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return await TakeAsync(queue, letter => letter.Id == id, atMost: 1, replay: false, cancellationToken).ConfigureAwait(false) > 0;
    }

    public Task<int> DropAllAsync(string queue, Func<DeadLetter, bool>? where = null, CancellationToken cancellationToken = default)
        => TakeAsync(queue, where ?? (static _ => true), int.MaxValue, replay: false, cancellationToken);

    private async IAsyncEnumerable<DeadLetter> ReadAsync(string queue, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Read whole first: whoever walks through them may take any time, and may replay some of them meanwhile.
        var letters = await WithDeadlineAsync(queue, step => store.ListAsync(queue, limit, step), cancellationToken).ConfigureAwait(false);
        foreach (var letter in letters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return letter;
        }
    }

    private Task<int> TakeAsync(string queue, Func<DeadLetter, bool> isWanted, int atMost, bool replay, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        var spec = Find(queue);
        var request = new DeadLetterRequest(spec?.Name ?? queue, isWanted) { AtMost = atMost, Replay = replay, Declare = spec };
        return WithDeadlineAsync(queue, step => store.TakeAsync(request, step), cancellationToken);
    }

    private async Task<T> WithDeadlineAsync<T>(string queue, Func<StepDeadline, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var step = new StepDeadline(timeout, time, cancellationToken);
        try
        {
            return await work(step).ConfigureAwait(false);
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is OperationCanceledException or BrokerUnavailableException { InnerException: OperationCanceledException })
        {
            throw new OperationCanceledException("The work on the dead letters was ended by its caller.", error, cancellationToken);
        }
        catch (OperationCanceledException error) when (step.HasPassed)
        {
            throw new BrokerUnavailableException(
                $"The broker did not do a step with the dead letters of queue '{queue}' within PublishTimeout ({timeout}); it may or may not have been done.", error);
        }
    }

    private string NameOf(string queue) => Find(queue)?.Name ?? queue;

    // The dead letters of a queue that the application does not know, and may not make, are there all the same.
    private QueueSpec? Find(string queue)
    {
        try
        {
            return catalog.Resolve(queue);
        }
        catch (CeleryConfigurationException)
        {
            return null;
        }
    }
}
