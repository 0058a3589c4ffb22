namespace CeleryNet.Fault.Tests.Setup;

/// <summary>What in-process workers run; named like the tasks of samples/Worker.</summary>
public sealed class FaultTasks
{
    [CeleryTask("tasks.sleep", AcksLate = true)]
    public async Task<double> SleepAsync(double seconds, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        return seconds;
    }
}
