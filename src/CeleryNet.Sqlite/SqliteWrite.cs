using System.Data.Common;

namespace CeleryNet.Sqlite;

/// <summary>A change that waits to be written together with others. One that fails does not touch them.</summary>
internal sealed class SqliteWrite(Func<DbConnection, CancellationToken, Task> work)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _error;
    private volatile bool _isAbandoned;

    /// <summary>Ends when it is on the disk, or will never be.</summary>
    public Task Done => _done.Task;

    /// <summary>Nobody waits for it any more: it is not begun.</summary>
    public void Abandon() => _isAbandoned = true;

    public async Task RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (_isAbandoned)
        {
            return;
        }

        try
        {
            await work(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException error)
        {
            _error = error;
        }
    }

    /// <summary>All that go together are on the disk, or failed.</summary>
    public void End(Exception? error)
    {
        if ((_error ?? error) is { } failure && !_isAbandoned)
        {
            _done.TrySetException(failure);
        }
        else
        {
            _done.TrySetResult();
        }
    }
}
