namespace CeleryNet;

/// <summary>For who wants all of many calls to have been sent, or an exception.</summary>
public static class SendOutcomes
{
    /// <summary>The handles to all the tasks, in the order of the calls.</summary>
    /// <typeparam name="TResult">The type the results are read as.</typeparam>
    /// <param name="outcomes">What became of the calls.</param>
    /// <exception cref="SendManyException">Some calls were not sent; those that were are, and the exception has the outcomes.</exception>
    public static IReadOnlyList<AsyncResult<TResult>> GetResults<TResult>(this IReadOnlyList<SendOutcome<TResult>> outcomes)
    {
        ThrowIfAnyFailed(outcomes);
        return [.. outcomes.Select(outcome => outcome.GetResult())];
    }

    /// <inheritdoc cref="GetResults{TResult}(IReadOnlyList{SendOutcome{TResult}})" />
    public static IReadOnlyList<AsyncResult> GetResults(this IReadOnlyList<SendOutcome> outcomes)
    {
        ThrowIfAnyFailed(outcomes);
        return [.. outcomes.Select(outcome => outcome.GetResult())];
    }

    /// <summary>Throws if there is a call that was not sent.</summary>
    /// <param name="outcomes">What became of the calls.</param>
    /// <exception cref="SendManyException">Some calls were not sent; those that were are, and the exception has the outcomes.</exception>
    public static void ThrowIfAnyFailed(this IReadOnlyList<SendOutcome> outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        if (outcomes.FirstOrDefault(outcome => !outcome.IsSent) is { } first)
        {
            var failed = outcomes.Count(outcome => !outcome.IsSent);
            throw new SendManyException($"{failed} of {outcomes.Count} calls were not sent; the first of them: {first.Error!.Message}", outcomes, first.Error);
        }
    }
}
