using CeleryNet.TestKit;

namespace CeleryNet.Throughput.Processes;

/// <summary>A peer at work, in a process of its own, so that its processor time and memory are its own.</summary>
internal sealed class PeerProcess(ChildProcess process) : IAsyncDisposable
{
    private static readonly TimeSpan _stopDeadline = TimeSpan.FromSeconds(30);

    public ProcessTree Tree { get; } = new(process.Id);

    /// <summary>Waits until so many are done.</summary>
    /// <exception cref="TimeoutException">They were not in time, or the process ended before.</exception>
    public async Task<Mark> WaitForMarkAsync(long count, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var line = process.WaitForLineAsync(line => Mark.IsAbout(line, count), $"that {count} are done", deadline);
        return Mark.Parse(await line.WaitAsync(cancellationToken));
    }

    /// <summary>Waits for a line that begins so, and returns what follows.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async Task<string> WaitForWordAsync(string word, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var line = process.WaitForLineAsync(line => line.StartsWith(word + ' ', StringComparison.Ordinal), $"'{word}'", deadline);
        return (await line.WaitAsync(cancellationToken))[(word.Length + 1)..];
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public Task StopAsync() => process.StopAsync(_stopDeadline);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
