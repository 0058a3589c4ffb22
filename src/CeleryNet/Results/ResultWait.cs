using System.Text.Json;
using System.Threading.Channels;
using CeleryNet.Protocol;

namespace CeleryNet.Results;

/// <summary>One wait for the ends of some tasks: with one deadline, over before its caller goes on. celery/result.py AsyncResult.get, ResultSet.join_native</summary>
internal sealed class ResultWait : IAsyncDisposable
{
    private const int MergedAhead = 256;

    private readonly ResultAccess _access;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _over;
    private readonly CancellationToken _callers;
    private readonly TimeSpan _limit;
    private readonly List<Task> _watches = [];

    /// <param name="access">The backend and its clock.</param>
    /// <param name="timeout">The longest wait; null for the time results are kept.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public ResultWait(ResultAccess access, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        _access = access;
        _limit = timeout ?? access.ResultExpires;
        _callers = cancellationToken;
        _deadline = new CancellationTokenSource(_limit, access.Time);
        _over = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, cancellationToken);
    }

    /// <summary>Fires when the time is over, the caller has enough, or the wait is disposed.</summary>
    public CancellationToken Token => _over.Token;

    /// <summary>Waits for what was begun here, and says so when its time is over.</summary>
    /// <param name="work">What was begun.</param>
    /// <param name="result">What is waited for.</param>
    /// <exception cref="ResultTimeoutException">The time is over.</exception>
    public async Task<T> BoundAsync<T>(Task<T> work, AsyncResult result)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_deadline.IsCancellationRequested && !_callers.IsCancellationRequested)
        {
            throw new ResultTimeoutException(result.Members is null
                ? $"Task {result.Id} has not ended within {_limit}; it is not revoked by this and may still end."
                : $"Not all tasks of group {result.Id} have ended within {_limit}; they are not revoked by this and may still end.");
        }
    }

    /// <inheritdoc cref="BoundAsync{T}(Task{T}, AsyncResult)" />
    public Task BoundAsync(Task work, AsyncResult result)
    {
        return BoundAsync(CompleteAsync(), result);

        async Task<bool> CompleteAsync()
        {
            await work.ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Waits for the end of a task, whatever it is.</summary>
    public Task<ResultMeta> EndAsync(AsyncResult task)
    {
        var end = ReadEndAsync(task);
        _watches.Add(end);
        return end;
    }

    /// <summary>Waits until all tasks have succeeded, or one of them or of those before them has failed.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="ancestors">Those before them, the earliest first.</param>
    /// <param name="take">Takes the end of the task at a place; may be called at the same time for different places.</param>
    /// <exception cref="RemoteTaskException">One has failed: the earliest ancestor that has, else the first task that has.</exception>
    public Task SucceedAsync(IReadOnlyList<AsyncResult> tasks, IReadOnlyList<AsyncResult> ancestors, Action<int, ResultMeta> take)
        => tasks.Count == 1 && ancestors.Count == 0 ? SucceedAsync(tasks[0], take) : SucceedTogetherAsync(tasks, ancestors, take);

    /// <summary>The states of tasks as they come, up to the end of all.</summary>
    public IAsyncEnumerable<ResultMeta> WatchAsync(IReadOnlyList<AsyncResult> tasks)
        => tasks.Count == 1 ? ReadStatesAsync(tasks[0]) : MergeAsync<ResultMeta>(tasks, async (place, writer) =>
        {
            await foreach (var meta in ReadStatesAsync(tasks[place]).ConfigureAwait(false))
            {
                await writer.WriteAsync(meta, Token).ConfigureAwait(false);
            }
        });

    /// <summary>The ends of tasks as they come, each with the task's place.</summary>
    public IAsyncEnumerable<(int Place, ResultMeta Meta)> EndsAsync(IReadOnlyList<AsyncResult> tasks)
        => MergeAsync<(int, ResultMeta)>(tasks, async (place, writer) =>
            await writer.WriteAsync((place, await ReadEndAsync(tasks[place]).ConfigureAwait(false)), Token).ConfigureAwait(false));

    /// <summary>Waits for a result of a tree, and for what came from it.</summary>
    public async Task<(JsonElement Value, IReadOnlyList<AsyncResult> Children)> CollectAsync(AsyncResult result, bool followsParents)
    {
        var tasks = ResultTree.Tasks(result);
        var ends = new ResultMeta[tasks.Count];
        await SucceedAsync(tasks, followsParents ? ResultTree.Ancestors(result, tasks) : [], (place, meta) => ends[place] = meta).ConfigureAwait(false);
        if (result.Members is null)
        {
            var snapshot = new ResultSnapshot(ends[0], _access);
            return (snapshot.ReadInfo(), snapshot.ReadChildren());
        }

        return (ResultJson.Parse(ResultJson.Join(result.Members, [.. ends.Select(ResultJson.Of)]), result.Id), result.Members);
    }

    /// <summary>Ends what still waits, and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
        _deadline.Dispose();
    }

    private async Task<ResultMeta> ReadEndAsync(AsyncResult task)
    {
        // Of these there may be ten thousand at a time: there is nothing between them and the backend.
        await foreach (var meta in _access.Backend.WatchAsync(task.Id, Token).ConfigureAwait(false))
        {
            if (meta.State.IsReady)
            {
                task.Saw(meta.State);
                return meta;
            }
        }

        throw Stopped(task);
    }

    private async IAsyncEnumerable<ResultMeta> ReadStatesAsync(AsyncResult task)
    {
        await foreach (var meta in _access.Backend.WatchAsync(task.Id, Token).ConfigureAwait(false))
        {
            task.Saw(meta.State);
            yield return meta;
            if (meta.State.IsReady)
            {
                yield break;
            }
        }

        throw Stopped(task);
    }

    private ResultBackendException Stopped(AsyncResult task)
    {
        Token.ThrowIfCancellationRequested();
        return new($"The result backend stopped before task {task.Id} had ended.");
    }

    private async Task SucceedAsync(AsyncResult task, Action<int, ResultMeta> take)
    {
        var meta = await ReadEndAsync(task).ConfigureAwait(false);
        if (meta.State.IsFailed)
        {
            throw ExceptionInfo.Read(meta).ToException(meta);
        }

        take(0, meta);
    }

    private async Task SucceedTogetherAsync(IReadOnlyList<AsyncResult> tasks, IReadOnlyList<AsyncResult> ancestors, Action<int, ResultMeta> take)
    {
        if (tasks.Count == 0)
        {
            return;
        }

        var (failures, earlier) = (new ResultMeta?[tasks.Count], new ResultMeta?[ancestors.Count]);
        var left = tasks.Count;
        var ends = new List<Task<bool>>(tasks.Count + ancestors.Count);
        for (var i = 0; i < tasks.Count; i++)
        {
            ends.Add(TakeAsync(i));
        }

        for (var i = 0; i < ancestors.Count; i++)
        {
            ends.Add(IsFailedAsync(ancestors[i], earlier, i));
        }

        _watches.AddRange(ends);
        await foreach (var end in Task.WhenEach(ends).ConfigureAwait(false))
        {
            if (await end.ConfigureAwait(false))
            {
                throw await FindFailureAsync(ancestors, [.. earlier, .. failures]).ConfigureAwait(false);
            }

            if (Volatile.Read(ref left) == 0)
            {
                return;
            }
        }

        async Task<bool> TakeAsync(int place)
        {
            var meta = await ReadEndAsync(tasks[place]).ConfigureAwait(false);
            if (meta.State.IsFailed)
            {
                failures[place] = meta;
                return true;
            }

            take(place, meta);
            Interlocked.Decrement(ref left);
            return false;
        }
    }

    // Reads for all tasks at a time. What is not taken yet is held by those who read, who read on when it is.
    private async IAsyncEnumerable<T> MergeAsync<T>(IReadOnlyList<AsyncResult> tasks, Func<int, ChannelWriter<T>, Task> read)
    {
        var merged = Channel.CreateBounded<T>(new BoundedChannelOptions(MergedAhead) { SingleReader = true });
        var reading = Task.WhenAll(Enumerable.Range(0, tasks.Count).Select(ReadAsync));
        _watches.Add(CompleteAsync());
        await foreach (var item in merged.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            yield return item;
        }

        async Task ReadAsync(int place)
        {
            try
            {
                await read(place, merged.Writer).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                // Whoever reads hears of it without waiting for the others.
                merged.Writer.TryComplete(error);
                throw;
            }
        }

        async Task CompleteAsync()
        {
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            merged.Writer.TryComplete();
        }
    }

    private async Task<bool> IsFailedAsync(AsyncResult task, ResultMeta?[] failures, int place)
    {
        var meta = await ReadEndAsync(task).ConfigureAwait(false);
        failures[place] = meta.State.IsFailed ? meta : null;
        return meta.State.IsFailed;
    }

    // The failure of a step is stored for the steps behind it too, and they may be heard of first.
    private async Task<RemoteTaskException> FindFailureAsync(IReadOnlyList<AsyncResult> ancestors, IReadOnlyList<ResultMeta?> seen)
    {
        if (ancestors.Count > 0)
        {
            await foreach (var meta in _access.Backend.GetManyAsync([.. ancestors.Select(static task => task.Id)], Token).ConfigureAwait(false))
            {
                if (meta is { State.IsFailed: true })
                {
                    return ExceptionInfo.Read(meta).ToException(meta);
                }
            }
        }

        var first = seen.First(static meta => meta is not null)!;
        return ExceptionInfo.Read(first).ToException(first);
    }
}
