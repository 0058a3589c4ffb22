namespace CeleryNet.Client;

/// <summary>Reads a source without waiting for it. Not safe for concurrent use.</summary>
/// <param name="source">The source.</param>
/// <param name="cancellationToken">Ends reading, and is the source's own.</param>
internal sealed class SourceReader<T>(IAsyncEnumerable<T> source, CancellationToken cancellationToken) : IAsyncDisposable
{
    private static readonly Task<bool> _true = Task.FromResult(true);
    private static readonly Task<bool> _false = Task.FromResult(false);

    private readonly IAsyncEnumerator<T> _items = source.GetAsyncEnumerator(cancellationToken);
    private Task<bool>? _reading;

    /// <summary>Whether there is nothing more to be read: the source has ended or failed, or the token has fired.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Why there is nothing more, unless the source has ended.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The read under way, after <see cref="TryReadAsync"/> has given nothing.</summary>
    public Task Reading => _reading ?? Task.CompletedTask;

    /// <summary>What was read.</summary>
    public T Current => _items.Current;

    /// <summary>Reads the next item if it is there, and has it fetched if not. It does not wait.</summary>
    public async ValueTask<bool> TryReadAsync()
    {
        if (IsAtEnd)
        {
            return false;
        }

        try
        {
            if (_reading is null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var moving = _items.MoveNextAsync();
                _reading = moving.IsCompletedSuccessfully ? (await moving.ConfigureAwait(false) ? _true : _false) : moving.AsTask();
            }

            if (!_reading.IsCompleted)
            {
                return false;
            }

            var read = _reading;
            _reading = null;
            IsAtEnd = !await read.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The source is the caller's and may throw anything; he gets it when he has got the outcomes.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Failure = error;
            IsAtEnd = true;
        }

        return !IsAtEnd;
    }

    public async ValueTask DisposeAsync()
    {
        if (_reading is { } reading)
        {
            // A source cannot be left in the middle of a read.
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _items.DisposeAsync().ConfigureAwait(false);
    }
}
