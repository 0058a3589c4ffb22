namespace CeleryNet.Resilience;

/// <summary>Who has something run in a pipeline: the default strategies ask it and tell it.</summary>
internal interface IRetryWatcher
{
    /// <summary>Whether another attempt is worth it.</summary>
    bool WantsRetry => true;

    /// <summary>There will be another attempt.</summary>
    void OnRetry(Exception error, TimeSpan delay);
}
