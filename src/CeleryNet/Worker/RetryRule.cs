using System.Globalization;

namespace CeleryNet.Worker;

/// <summary>
/// What a run comes to that ended in an exception, which may ask for something else than a failure. celery/app/trace.py TraceInfo, celery/app/autoretry.py,
/// celery/app/task.py Task.retry
/// </summary>
internal static class RetryRule
{
    /// <param name="request">What was run.</param>
    /// <param name="error">What the task threw.</param>
    /// <param name="random">Where the jitter of automatic retries comes from.</param>
    public static TaskOutcome For(TaskRequest request, Exception error, Random random)
    {
        // A task that waits for another by .Result or .Wait() throws its exception in this wrapping.
        var thrown = error;
        while (thrown is AggregateException { InnerExceptions: [var only] })
        {
            thrown = only;
        }

        var definition = request.Definition;
        switch (thrown)
        {
            case TaskIgnoreException:
                return new TaskOutcome.Ignored();
            case TaskReplaceException replaced:
                return new TaskOutcome.Replaced(replaced.Replacement);
            case TaskRejectException rejection:
                // Acknowledged early, the message cannot go back, and who waits for its task has to learn that nobody will run it again.
                return rejection.Requeue && request.AcksLate ? new TaskOutcome.Rejected(rejection) : new TaskOutcome.Failed(rejection);
        }

        var retry = thrown switch
        {
            TaskRetryException asked => asked,
            _ when IsAny(definition.AutoRetryFor, thrown) && !IsAny(definition.DontAutoRetryFor, thrown)
                => new TaskRetryException(definition.RetryBackoff?.WaitAfter(request.Headers.Retries, random) ?? definition.RetryDelay, null, thrown),
            _ => null,
        };
        return retry is null ? new TaskOutcome.Failed(error) : Limit(request, retry);
    }

    private static TaskOutcome Limit(TaskRequest request, TaskRetryException retry)
    {
        var headers = request.Headers;
        if ((retry.MaxRetries ?? request.Definition.MaxRetries) is not { } limit || headers.Retries < limit)
        {
            return new TaskOutcome.Retried(retry);
        }

        // Celery's text has the arguments too, which are not to get into logs.
        return new TaskOutcome.Failed(retry.InnerException ?? new MaxRetriesExceededException(string.Create(
            CultureInfo.InvariantCulture, $"Can't retry {headers.TaskName}[{headers.Id}]: it was retried {headers.Retries} times, and may be {limit} times.")));
    }

    private static bool IsAny(IReadOnlyList<Type> types, Exception error)
    {
        foreach (var type in types)
        {
            if (type.IsInstanceOfType(error))
            {
                return true;
            }
        }

        return false;
    }
}
