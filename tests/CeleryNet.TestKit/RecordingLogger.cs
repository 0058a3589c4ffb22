using Microsoft.Extensions.Logging;

namespace CeleryNet.TestKit;

/// <summary>A line of a log.</summary>
/// <param name="Category">The logger's name.</param>
/// <param name="Level">The level.</param>
/// <param name="EventId">The event.</param>
/// <param name="Message">The text with its values.</param>
/// <param name="Error">The exception that came with it.</param>
public sealed record LogLine(string Category, LogLevel Level, EventId EventId, string Message, Exception? Error)
{
    /// <summary>The line as a person would read it.</summary>
    public override string ToString() => $"{Level} {Category}[{EventId.Id}] {Message}{(Error is null ? "" : Environment.NewLine + Error)}";
}

/// <summary>Keeps what is logged, and lets a test wait for a line.</summary>
public sealed class RecordingLogger(string category = "test") : ILogger
{
    private readonly Lock _gate = new();
    private readonly List<LogLine> _lines = [];
    private readonly List<(Func<LogLine, bool> Predicate, TaskCompletionSource<LogLine> Found)> _waiters = [];

    /// <summary>What was logged so far.</summary>
    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Waits for the first line that fits, among those logged already and those to come.</summary>
    /// <param name="predicate">Which line.</param>
    /// <param name="what">What is waited for, for the message of a failure.</param>
    /// <param name="bound">The longest wait; null for <see cref="Bound.Default"/>.</param>
    /// <param name="from">How many of the first lines to leave out of the search.</param>
    public Task<LogLine> WaitForAsync(Func<LogLine, bool> predicate, string what = "a line in the log", TimeSpan? bound = null, int from = 0)
    {
        var found = new TaskCompletionSource<LogLine>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Skip(from).FirstOrDefault(predicate) is { } line)
            {
                return Task.FromResult(line);
            }

            _waiters.Add((predicate, found));
        }

        return found.Task.WithinBound(what, bound);
    }

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    /// <inheritdoc />
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => Add(new LogLine(category, logLevel, eventId, formatter(state, exception), exception));

    internal void Add(LogLine line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            foreach (var (_, found) in _waiters.Where(waiter => waiter.Predicate(line)))
            {
                found.TrySetResult(line);
            }

            _waiters.RemoveAll(waiter => waiter.Found.Task.IsCompleted);
        }
    }
}

/// <summary>Keeps what all loggers made by it log.</summary>
public sealed class RecordingLoggerFactory : ILoggerFactory, ILoggerProvider
{
    /// <summary>All lines of all loggers.</summary>
    public RecordingLogger Log { get; } = new("all");

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Named(Log, categoryName);

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This factory only records.");

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private sealed class Named(RecordingLogger log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => log.Add(new LogLine(category, logLevel, eventId, formatter(state, exception), exception));
    }
}
