using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace CeleryNet.Client;

/// <summary>
/// Sends many calls with a bounded number of them on their way. The source is read no further than that: what was read is sent, and every call that was read has
/// an outcome, in the order of the source.
/// </summary>
/// <param name="concurrency">How many calls may be on their way.</param>
/// <param name="time">The clock.</param>
internal sealed class BulkSender(int concurrency, TimeProvider time)
{
    /// <param name="source">The calls.</param>
    /// <param name="sendAsync">Sends one; it never fails.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="SendManyCanceledException">The token fired before the end of the source.</exception>
    /// <exception cref="SendManyException">The source failed.</exception>
    public Task<IReadOnlyList<TOutcome>> SendAsync<TSignature, TOutcome>(
        IEnumerable<TSignature> source, Func<TSignature, CancellationToken, Task<TOutcome>> sendAsync, CancellationToken cancellationToken)
        where TOutcome : SendOutcome
        => SendAsync(source, sendAsync, TaskContext.Current, cancellationToken);

    /// <inheritdoc cref="SendAsync{TSignature, TOutcome}(IEnumerable{TSignature}, Func{TSignature, CancellationToken, Task{TOutcome}}, CancellationToken)" />
    /// <param name="parent">The task that gets what was sent as its children; null for none.</param>
#pragma warning disable CS1573 // The others are inherited.
    public async Task<IReadOnlyList<TOutcome>> SendAsync<TSignature, TOutcome>(
        IEnumerable<TSignature> source, Func<TSignature, CancellationToken, Task<TOutcome>> sendAsync, TaskContext? parent, CancellationToken cancellationToken)
#pragma warning restore CS1573
        where TOutcome : SendOutcome
    {
        var outcomes = new List<TOutcome>(source.TryGetNonEnumeratedCount(out var count) ? count : 0);
        var window = new SendWindow<TSignature, TOutcome>(concurrency, sendAsync, time, parent, cancellationToken);
        await using (window.ConfigureAwait(false))
        {
            Exception? failure = null;
            var isCancelled = false;
            try
            {
                using var items = source.GetEnumerator();
                while (!(isCancelled = cancellationToken.IsCancellationRequested) && items.MoveNext())
                {
                    window.Begin(items.Current);
                    while (!window.IsEmpty && (window.IsFull || window.Oldest.IsCompleted))
                    {
                        outcomes.Add(await window.TakeAsync().ConfigureAwait(false));
                    }
                }
            }
#pragma warning disable CA1031 // The source is the caller's and may throw anything; what was sent before is told all the same.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = error;
            }

            while (!window.IsEmpty)
            {
                outcomes.Add(await window.TakeAsync().ConfigureAwait(false));
            }

            if (isCancelled || (cancellationToken.IsCancellationRequested && (failure is OperationCanceledException || outcomes.Any(IsGivenUp))))
            {
                throw new SendManyCanceledException(
                    $"Sending was cancelled when {Describe(outcomes)}. What comes after them was neither read nor sent.", outcomes, cancellationToken);
            }

            if (failure is not null)
            {
                throw new SendManyException(
                    $"The source of the calls failed when {Describe(outcomes)}: {failure.Message}", outcomes, failure);
            }
        }

        return outcomes;
    }

    /// <inheritdoc cref="SendAsync{TSignature, TOutcome}(IEnumerable{TSignature}, Func{TSignature, CancellationToken, Task{TOutcome}}, CancellationToken)" path="/param" />
    /// <exception cref="OperationCanceledException">The token fired before the end of the source; all outcomes have been given before.</exception>
    public async IAsyncEnumerable<TOutcome> SendAsync<TSignature, TOutcome>(
        IAsyncEnumerable<TSignature> source, Func<TSignature, CancellationToken, Task<TOutcome>> sendAsync, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TOutcome : SendOutcome
    {
        var window = new SendWindow<TSignature, TOutcome>(concurrency, sendAsync, time, TaskContext.Current, cancellationToken);
        var reader = new SourceReader<TSignature>(source, cancellationToken);
        var isGivenUp = false;
        await using (reader.ConfigureAwait(false))
        {
            // Innermost: whoever leaves the loop early leaves when what is on its way has ended.
            await using (window.ConfigureAwait(false))
            {
                while (true)
                {
                    while (!window.IsFull && await reader.TryReadAsync().ConfigureAwait(false))
                    {
                        window.Begin(reader.Current);
                    }

                    if (window.IsEmpty)
                    {
                        if (reader.IsAtEnd)
                        {
                            break;
                        }

                        await reader.Reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        continue;
                    }

                    // A source that takes its time does not hold back what has been sent.
                    if (!window.Oldest.IsCompleted && !window.IsFull && !reader.IsAtEnd)
                    {
                        await Task.WhenAny(window.Oldest, reader.Reading).ConfigureAwait(false);
                        continue;
                    }

                    var outcome = await window.TakeAsync().ConfigureAwait(false);
                    isGivenUp |= IsGivenUp(outcome);
                    yield return outcome;
                }
            }

            if (reader.Failure is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            if (isGivenUp)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static bool IsGivenUp(SendOutcome outcome) => outcome.Error is OperationCanceledException;

    private static string Describe<TOutcome>(List<TOutcome> outcomes)
        where TOutcome : SendOutcome
        => $"{outcomes.Count} calls had been read, of which {outcomes.Count(outcome => outcome.IsSent)} were sent and {outcomes.Count(outcome => !outcome.IsSent)} failed";
}
