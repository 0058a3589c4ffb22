using System.Diagnostics;
using System.Globalization;

namespace CeleryNet.TestKit;

/// <summary>
/// A program started by a test. Its lines are kept, and a test can wait for one; disposing kills it, so that a failed test leaves nothing behind.
/// </summary>
public class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Predicate, int From, TaskCompletionSource<string> Found)> _waiters = [];
    private readonly Task _ended;

    private protected ChildProcess(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, string? workingDirectory)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Name = Path.GetFileName(program);
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        Id = _process.Id;
        _ended = RunToEndAsync();
    }

    /// <summary>The process's id.</summary>
    public int Id { get; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _ended.IsCompleted;

    /// <summary>How it ended; 128 + signal when a signal ended it.</summary>
    /// <exception cref="InvalidOperationException">It still runs.</exception>
    public int ExitCode => _process.ExitCode;

    /// <summary>What it has written so far, both to its output and its error output.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>The same as one text, for messages of failures.</summary>
    public string Output => string.Join(Environment.NewLine, Lines);

    private protected string Name { get; set; }

    /// <summary>Starts a program.</summary>
    /// <param name="program">The program's path, or a name to be found on the search path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to set besides those of this process.</param>
    /// <param name="workingDirectory">Where to start it; null for the present directory.</param>
    public static ChildProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null)
        => new(program, arguments, environment, workingDirectory);

    /// <summary>Waits for a line that fits, among those written already and those to come.</summary>
    /// <param name="predicate">Which line.</param>
    /// <param name="what">What the line says, for the message of a failure.</param>
    /// <param name="bound">The longest wait; null for <see cref="Bound.Long"/>.</param>
    /// <param name="from">How many of its first lines to leave out of the search.</param>
    public async Task<string> WaitForLineAsync(Func<string, bool> predicate, string what, TimeSpan? bound = null, int from = 0)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Skip(from).FirstOrDefault(predicate) is { } line)
            {
                return line;
            }

            _waiters.Add((predicate, from, found));
        }

        var limit = bound ?? Bound.Long;
        using var timer = new CancellationTokenSource(limit);
        var late = Task.Delay(Timeout.InfiniteTimeSpan, timer.Token);
        if (await Task.WhenAny(found.Task, _ended, late) == found.Task || found.Task.IsCompleted)
        {
            return await found.Task;
        }

        throw new TimeoutException(
            $"Waited for {Name} to write {what}; {(_ended.IsCompleted ? $"it ended with {ExitCode}" : $"it did not within {limit}")}. Its output:{Environment.NewLine}{Output}");
    }

    /// <summary>Waits for a line that contains a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bound">The longest wait; null for <see cref="Bound.Long"/>.</param>
    public Task<string> WaitForLineAsync(string text, TimeSpan? bound = null)
        => WaitForLineAsync(line => line.Contains(text, StringComparison.Ordinal), $"'{text}'", bound);

    /// <summary>Writes a line to its input.</summary>
    /// <param name="line">The line.</param>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Asks it to end (SIGTERM) and waits until it has.</summary>
    /// <param name="bound">The longest wait; null for <see cref="Bound.Long"/>.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(TimeSpan? bound = null)
    {
        Signal(Signals.Terminate);
        return await WaitForExitAsync(bound);
    }

    /// <summary>Ends it, and what it has started, without a chance to clean up (SIGKILL).</summary>
    public async Task KillAsync()
    {
        // Its output ends when its children have ended too, so the process may be gone while the end is still awaited.
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await WaitForExitAsync();
    }

    /// <summary>Sends a signal to the processes it has started itself.</summary>
    internal void SignalChildren(int signal)
    {
        foreach (var child in File.ReadAllText($"/proc/{Id}/task/{Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Signals.Send(int.Parse(child, CultureInfo.InvariantCulture), signal);
        }
    }

    /// <summary>Sends it a signal; nothing when it has ended.</summary>
    /// <param name="signal">The signal's number, such as 15 for SIGTERM.</param>
    public void Signal(int signal)
    {
        if (!HasExited)
        {
            Signals.Send(Id, signal);
        }
    }

    /// <summary>Waits until it has ended.</summary>
    /// <param name="bound">The longest wait; null for <see cref="Bound.Long"/>.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan? bound = null)
    {
        var limit = bound ?? Bound.Long;
        try
        {
            await _ended.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                string.Create(CultureInfo.InvariantCulture, $"{Name} ({Id}) did not end within {limit}. Its output:{Environment.NewLine}{Output}"));
        }

        return ExitCode;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await DisposeAsyncCore();
        GC.SuppressFinalize(this);
    }

    private protected virtual async ValueTask DisposeAsyncCore()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task RunToEndAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        await _process.WaitForExitAsync();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _lines.Add(line);
                foreach (var (_, _, found) in _waiters.Where(waiter => _lines.Count > waiter.From && waiter.Predicate(line)))
                {
                    found.TrySetResult(line);
                }

                _waiters.RemoveAll(waiter => waiter.Found.Task.IsCompleted);
            }
        }
    }
}
