using CeleryNet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>Tells observers, one after the other. They have no say: nothing here throws, and none holds what goes on beyond the token.</summary>
internal sealed class ObserverList<T>(IEnumerable<T> observers, ILogger logger)
    where T : class
{
    private readonly T[] _observers = [.. observers];

    public bool IsEmpty => _observers.Length == 0;

    /// <param name="method">What the observers are told, for the log.</param>
    /// <param name="tell">Tells one. It captures nothing, so that nothing is made where there is nobody to tell.</param>
    /// <param name="what">What it is told.</param>
    /// <param name="cancellationToken">Ends the wait for them.</param>
    public async ValueTask TellAsync<TWhat>(string method, Func<T, TWhat, CancellationToken, ValueTask> tell, TWhat what, CancellationToken cancellationToken)
    {
        foreach (var observer in _observers)
        {
            try
            {
                var told = tell(observer, what, cancellationToken);
                if (!told.IsCompletedSuccessfully)
                {
                    await told.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
#pragma warning disable CA1031 // Whatever it is, it is the observer's own trouble.
            catch (Exception error)
#pragma warning restore CA1031
            {
                logger.ObserverFailed(error, observer.GetType(), method);
            }
        }
    }
}
