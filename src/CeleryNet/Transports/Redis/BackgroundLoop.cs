using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Transports.Redis;

/// <summary>Repeats a step until told to stop. A consumer outlives whatever the broker or the network does: a failed step is only followed by a pause.</summary>
internal static class BackgroundLoop
{
    /// <param name="name">What the loop does, for the log: <c>Claiming messages</c>.</param>
    /// <param name="step">One round; it waits for its work itself.</param>
    /// <param name="retryDelay">The pause after a failed step.</param>
    /// <param name="time">Measures the pause.</param>
    /// <param name="logger">Told what is not an outage; outages are told by the connection.</param>
    /// <param name="stopping">Ends the loop.</param>
    public static async Task RunAsync(
        string name, Func<CancellationToken, Task> step, TimeSpan retryDelay, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await step(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The loop has no caller to tell.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (error is not BrokerUnavailableException && !RedisErrors.IsConnectionFailure(error))
                {
                    logger.BackgroundLoopFailed(error, name);
                }

                await Task.Delay(retryDelay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
