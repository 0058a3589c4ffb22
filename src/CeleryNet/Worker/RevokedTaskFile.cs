using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using CeleryNet.Diagnostics;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// Keeps what is revoked in a file, so that a worker that is started again still knows it. The file is replaced as a whole after each change, changes that
/// come close together at once. celery/worker/state.py Persistent
/// </summary>
internal sealed class RevokedTaskFile : IAsyncDisposable
{
    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly RevokedTasks _revoked;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _closing = new();
    private Task _saving = Task.CompletedTask;
    private bool _isOpen;
    private int _disposed;

    public RevokedTaskFile(string path, RevokedTasks revoked, TimeProvider time, ILogger<RevokedTaskFile> logger)
    {
        _path = path;
        _revoked = revoked;
        _time = time;
        _logger = logger;
    }

    /// <summary>Reads the file, if there is one, and keeps it up to date from now on. Does nothing the second time.</summary>
    /// <exception cref="CeleryConfigurationException">It can neither be read nor be set aside; nothing was changed.</exception>
    public void Open()
    {
        if (_isOpen)
        {
            return;
        }

        try
        {
            if (File.Exists(_path))
            {
                Read();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CeleryConfigurationException($"StateDb names '{_path}', which cannot be used: {error.Message}", error);
        }

        _isOpen = true;
        _revoked.Changed += OnChanged;
        _saving = SaveChangesAsync();
    }

    /// <summary>Saves what was not saved yet.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        _revoked.Changed -= OnChanged;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _saving.ConfigureAwait(false);
        _closing.Dispose();
    }

    private void OnChanged() => _changes.Writer.TryWrite(true);

    private void Read()
    {
        try
        {
            var (ids, stamps) = RevokedTaskDocument.Read(File.ReadAllBytes(_path));
            _revoked.Restore(ids, stamps);
            _logger.StateRestored(ids.Count + stamps.Count, _path);
        }
        catch (FormatException error)
        {
            // Whatever it is, somebody may want to have it back.
            var aside = $"{_path}.{_time.GetUtcNow():yyyyMMddHHmmssfff}.unreadable";
            File.Move(_path, aside);
            _logger.StateSetAside(_path, error.Message, aside);
        }
    }

    private async Task SaveChangesAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            await ((Task)_changes.Reader.WaitToReadAsync(_closing.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_changes.Reader.TryRead(out _))
            {
                var pause = await TrySaveAsync().ConfigureAwait(false) ? _shortestPause : _pauseAfterFailure;
                await Task.Delay(pause, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (_changes.Reader.TryRead(out _))
        {
            await TrySaveAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> TrySaveAsync()
    {
        _revoked.Purge();
        var document = RevokedTaskDocument.Write(_revoked.Ids, _revoked.Stamps);
        try
        {
            // Whoever reads it meanwhile, or after a crash, finds the old one or the new one.
            var fresh = _path + ".new";
            var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(document, CancellationToken.None).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(fresh, _path, overwrite: true);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _logger.StateNotSaved(error, _path, _pauseAfterFailure);
            OnChanged();
            return false;
        }
    }
}

/// <summary>
/// <c>{"format": "celerynet-worker-state", "version": 1, "revoked": [[id, time], …], "revoked_stamps": [[name, value, time], …]}</c>, the oldest first.
/// </summary>
internal static class RevokedTaskDocument
{
    private const string Format = "celerynet-worker-state";
    private const int Version = 1;

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<RecentSet<TaskId>.Entry> ids, IReadOnlyList<RecentSet<Stamp>.Entry> stamps)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (ids.Count * 80));
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("format", Format);
        writer.WriteNumber("version", Version);
        writer.WriteStartArray("revoked");
        foreach (var (id, since) in ids)
        {
            writer.WriteStartArray();
            PythonString.Write(writer, id.Value);
            writer.WriteStringValue(since);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("revoked_stamps");
        foreach (var (stamp, since) in stamps)
        {
            writer.WriteStartArray();
            PythonString.Write(writer, stamp.Name);
            HeaderJson.Write(writer, stamp.Value);
            writer.WriteStringValue(since);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <exception cref="FormatException">It is no such document.</exception>
    public static (IReadOnlyList<RecentSet<TaskId>.Entry> Ids, IReadOnlyList<RecentSet<Stamp>.Entry> Stamps) Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() != Format)
            {
                throw new FormatException("it has another format.");
            }

            var version = root.GetProperty("version").GetInt32();
            return version == Version
                ? ([.. root.GetProperty("revoked").EnumerateArray().Select(ReadId)], [.. root.GetProperty("revoked_stamps").EnumerateArray().Select(ReadStamp)])
                : throw new FormatException($"it has version {version}, and {Version} can be read.");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static RecentSet<TaskId>.Entry ReadId(JsonElement entry) => new(ReadText(entry[0]), entry[1].GetDateTimeOffset());

    private static RecentSet<Stamp>.Entry ReadStamp(JsonElement entry) => new(
        new Stamp(ReadText(entry[0]), HeaderJson.ToHeader(entry[1]) ?? throw new FormatException("a stamp has no value.")), entry[2].GetDateTimeOffset());

    private static string ReadText(JsonElement text)
        => HeaderJson.ToHeader(text) as string ?? throw new FormatException($"'{text.GetRawText()}' is no text.");
}
