using System.Diagnostics;
using CeleryNet.Throughput.Brokers;
using CeleryNet.Throughput.Peers;
using CeleryNet.Throughput.Processes;

namespace CeleryNet.Throughput.Measurements;

/// <summary>What all measurements stand on.</summary>
/// <param name="Servers">The servers.</param>
/// <param name="Launcher">Starts peers.</param>
/// <param name="Scale">How much is done.</param>
internal sealed record Bench(Servers Servers, Launcher Launcher, Scale Scale)
{
    public const string Queue = "bench";

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _settlingDeadline = TimeSpan.FromSeconds(10);

    /// <summary>The longest that one step of a turn may take; only a bound on failure.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Empties what the turn before has left.</summary>
    public async Task ResetAsync(IBroker broker, CancellationToken cancellationToken)
    {
        await broker.ResetAsync(Queue, cancellationToken);
        await Servers.Results.ResetAsync(cancellationToken);
    }

    /// <summary>Stops a worker and looks that it has left nothing: only then has it done what its counter says.</summary>
    /// <exception cref="InvalidOperationException">There are messages left.</exception>
    public static async Task StopAsync(PeerProcess worker, IBroker broker, CancellationToken cancellationToken)
    {
        // Celery puts back what its pool has done when it is stopped before the pool could say so.
        var counted = Stopwatch.GetTimestamp();
        do
        {
            await Task.Delay(_look, cancellationToken);
        }
        while (await broker.CountAsync(Queue, cancellationToken) > 0 && Stopwatch.GetElapsedTime(counted) < _settlingDeadline);

        await worker.StopAsync();
        if (await broker.CountAsync(Queue, cancellationToken) is var left && left > 0)
        {
            throw new InvalidOperationException($"{left} messages are left on {broker.Name} after the worker has counted all of them.");
        }
    }
}
