using CeleryNet.Transports;

namespace CeleryNet.Worker;

/// <summary>Holds deliveries until their time has come. They stay unsettled, so the consumer's prefetch count bounds how many there are.</summary>
internal sealed class EtaQueue(TimeProvider time)
{
    // A timer takes at most some 49 days; a longer wait is cut into pieces.
    private static readonly TimeSpan _longestWait = TimeSpan.FromDays(1);

    /// <summary>Waits until the instant has come.</summary>
    /// <returns>The delivery, or null when the wait was ended or the delivery was lost meanwhile.</returns>
    public async Task<IDelivery?> HoldAsync(IDelivery delivery, DateTimeOffset until, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, delivery.Lost);
        try
        {
            for (var wait = until - time.GetUtcNow(); wait > TimeSpan.Zero; wait = until - time.GetUtcNow())
            {
                await Task.Delay(wait < _longestWait ? wait : _longestWait, time, ending.Token).ConfigureAwait(false);
            }

            return delivery;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return null;
        }
    }
}
