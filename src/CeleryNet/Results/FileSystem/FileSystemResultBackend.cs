using CeleryNet.Extensibility;

namespace CeleryNet.Results.FileSystem;

/// <summary>
/// <c>file:///path</c>: a file for each result in a folder that all share, named and written as by Celery. A document is written beside its
/// place and then moved there, so that no reader meets half of one; Python writes in place. celery/backends/filesystem.py
/// </summary>
internal sealed class FileSystemResultBackend : CeleryResultBackend
{
    private const string TaskPrefix = "celery-task-meta-";
    private const string GroupPrefix = "celery-taskset-meta-";
    private const int LongestName = 255;
    private const string UnfinishedPrefix = ".celerynet-";

    // chord-unlock- is the counters of Celery's other key-value backends, which its own cleanup removes too.
    private static readonly string[] _prefixes = [TaskPrefix, GroupPrefix, "chord-unlock-", UnfinishedPrefix];

    // How long a document that makes no sense may be one that Python is writing.
    private static readonly TimeSpan _writing = TimeSpan.FromSeconds(2);

    private readonly string _folder;
    private readonly ResultFormat _format;
    private readonly TimeProvider _time;

    // What is compared and replaced within this process is so by one at a time, results of different tasks seldom wait for each other.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 16).Select(_ => new SemaphoreSlim(1))];

    // Files block the thread that reads them, however they are read: a disk that hangs must not take all of the pool's.
    private readonly SemaphoreSlim _readers = new(16);

    /// <exception cref="CeleryConfigurationException">The URL names no folder that exists.</exception>
    public FileSystemResultBackend(ResultBackendContext context)
    {
        _folder = FolderOf(context.Url);
        _format = context.Format;
        _time = context.Time;
    }

    public override async ValueTask StoreAsync(ResultRecord record, CancellationToken cancellationToken)
    {
        var path = PathOf(TaskPrefix, record.TaskId.Value);
        var document = _format.EncodeDocument(record);
        var turn = _turns[(uint)StringComparer.Ordinal.GetHashCode(path) % _turns.Length];
        await OnThreadAsync(
            turn,
            () =>
            {
                if (Find(record.TaskId) is not { ReadError: null } stored || stored.State != TaskState.Success)
                {
                    Write(path, document);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<IReadOnlyList<ResultRecord>> FindAsync(IReadOnlyList<TaskId> taskIds, CancellationToken cancellationToken)
        => await OnThreadAsync(_readers, () => Find(taskIds, cancellationToken), cancellationToken).ConfigureAwait(false);

    public override ValueTask ForgetAsync(TaskId taskId, CancellationToken cancellationToken)
    {
        File.Delete(PathOf(TaskPrefix, taskId.Value));
        return ValueTask.CompletedTask;
    }

    public override async ValueTask SaveGroupAsync(string groupId, ReadOnlyMemory<byte> group, CancellationToken cancellationToken)
    {
        byte[] document = [.. "{\"result\": "u8, .. group.Span, (byte)'}'];
        var (path, content) = (PathOf(GroupPrefix, groupId), _format.Encode(document));
        await OnThreadAsync(
            _readers,
            () =>
            {
                Write(path, content);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<ReadOnlyMemory<byte>> FindGroupAsync(string groupId, CancellationToken cancellationToken)
        => await OnThreadAsync(_readers, () => Read(PathOf(GroupPrefix, groupId)), cancellationToken).ConfigureAwait(false) is { } document
            ? SavedGroup.Read(_format.Decode(document), groupId)
            : default;

    public override ValueTask ForgetGroupAsync(string groupId, CancellationToken cancellationToken)
    {
        File.Delete(PathOf(GroupPrefix, groupId));
        return ValueTask.CompletedTask;
    }

    public override async ValueTask CleanUpAsync(DateTimeOffset storedBefore, CancellationToken cancellationToken)
        => await Task.Run(() => CleanUp(storedBefore, cancellationToken), cancellationToken).ConfigureAwait(false);

    public override ValueTask DisposeAsync()
    {
        foreach (var turn in _turns)
        {
            turn.Dispose();
        }

        _readers.Dispose();
        return base.DisposeAsync();
    }

    private static async Task<T> OnThreadAsync<T>(SemaphoreSlim turn, Func<T> work, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private List<ResultRecord> Find(IReadOnlyList<TaskId> taskIds, CancellationToken cancellationToken)
    {
        // Without its folder nothing would be found, as if it had never been stored.
        if (!Directory.Exists(_folder))
        {
            throw new DirectoryNotFoundException($"The folder '{_folder}' is not there.");
        }

        var found = new List<ResultRecord>();
        foreach (var taskId in taskIds)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Nothing can have been stored of another, and those that are asked for with it must be found.
            if (CanBeNamed(TaskPrefix, taskId.Value) && Find(taskId) is { } record)
            {
                found.Add(record);
            }
        }

        return found;
    }

    private ResultRecord? Find(TaskId taskId)
    {
        var path = PathOf(TaskPrefix, taskId.Value);
        if (Read(path) is not { } document)
        {
            return null;
        }

        var record = _format.DecodeDocument(taskId, document);
        return record.ReadError is not null && _time.GetUtcNow() - File.GetLastWriteTimeUtc(path) < _writing ? null : record;
    }

    private static byte[]? Read(string path)
    {
        // Most that are waited for are not there yet, and an exception for each would cost more than the question.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private void Write(string path, ReadOnlyMemory<byte> document)
    {
        var unfinished = Path.Combine(_folder, UnfinishedPrefix + TaskId.New());
        try
        {
            File.WriteAllBytes(unfinished, document.Span);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    private void CleanUp(DateTimeOffset storedBefore, CancellationToken cancellationToken)
    {
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_prefixes.Any(prefix => file.Name.StartsWith(prefix, StringComparison.Ordinal)) && file.LastWriteTimeUtc < storedBefore)
            {
                file.Delete();
            }
        }
    }

    // An id comes from whoever sent the message: it must not lead out of the folder.
    private string PathOf(string prefix, string id)
        => CanBeNamed(prefix, id)
            ? Path.Combine(_folder, prefix + id)
            : throw new CelerySerializationException($"'{id}' cannot be part of a file's name: it must have no slash, backslash or NUL, and {LongestName - prefix.Length} characters at most.");

    private static bool CanBeNamed(string prefix, string id) => id.AsSpan().IndexOfAny('/', '\\', '\0') < 0 && prefix.Length + id.Length <= LongestName;

    private static string FolderOf(string url)
    {
        const string Scheme = "file://", Local = "localhost";
        var path = url[Scheme.Length..];
        if (path.StartsWith(Local + "/", StringComparison.OrdinalIgnoreCase))
        {
            path = path[Local.Length..];
        }

        // file:///C:/results
        if (OperatingSystem.IsWindows())
        {
            path = path.TrimStart('/');
        }

        return Path.IsPathRooted(path) && Directory.Exists(path)
            ? path
            : throw new CeleryConfigurationException($"ResultBackend must name an existing folder, as 'file:///var/results' does; was '{url}'.");
    }
}
