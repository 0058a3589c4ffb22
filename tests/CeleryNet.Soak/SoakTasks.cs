namespace CeleryNet.Soak;

/// <summary>What is run. Each call has a number, under which its end is noted.</summary>
public sealed class SoakTasks(SoakLedger ledger)
{
    /// <summary>Succeeds at once, or, called with a countdown, when its time has come.</summary>
    /// <param name="number">The call's number.</param>
    [CeleryTask("soak.succeed", AcksLate = true)]
    public int Succeed(int number)
    {
        ledger.End(number);
        return number;
    }

    /// <summary>Fails.</summary>
    /// <param name="number">The call's number.</param>
    [CeleryTask("soak.fail")]
    public int Fail(int number)
    {
        ledger.End(number);
        throw new InvalidOperationException($"Call {number} fails, as it is told to.");
    }

    /// <summary>Asks to be run again twice, then succeeds.</summary>
    /// <param name="number">The call's number.</param>
    /// <param name="task">The run.</param>
    [CeleryTask("soak.retry", AcksLate = true)]
    public int Retry(int number, TaskContext task)
    {
        if (task.Retries < 2)
        {
            throw task.Retry(countdown: TimeSpan.FromMilliseconds(100 * task.Retries));
        }

        ledger.End(number);
        return number;
    }

    /// <summary>Is revoked before its time comes, so it does not run: a call that does ends neither here nor as revoked, and is missed.</summary>
    /// <param name="number">The call's number.</param>
    [CeleryTask("soak.unwanted", AcksLate = true)]
    public int Unwanted(int number) => number;
}
