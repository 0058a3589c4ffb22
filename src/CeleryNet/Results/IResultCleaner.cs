namespace CeleryNet.Results;

/// <summary>A result backend that keeps what is too old until it is told to remove it. celery/app/builtins.py add_backend_cleanup_task</summary>
internal interface IResultCleaner
{
    /// <summary>Removes the results that have expired; nothing where results are kept for ever.</summary>
    /// <exception cref="ResultBackendException">They may be there still.</exception>
    ValueTask CleanUpAsync(CancellationToken cancellationToken);
}
