namespace CeleryNet.Fault.Worker;

/// <summary>What the workers of the fault tests run. python/fault_app.py of these tests has some of them too.</summary>
public sealed class FaultTasks(RunLog log, TimeProvider time)
{
    /// <summary>Takes its time, and is acknowledged after that.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="task">The run.</param>
    [CeleryTask("fault.work", AcksLate = true)]
    public Task<double> WorkAsync(double seconds, TaskContext task) => RunAsync(seconds, task);

    /// <summary>Takes its time, and is acknowledged before that.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="task">The run.</param>
    [CeleryTask("fault.work_early")]
    public Task<double> WorkEarlyAsync(double seconds, TaskContext task) => RunAsync(seconds, task);

    /// <summary>Takes its time whatever it is told, and is acknowledged after that.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="task">The run.</param>
    [CeleryTask("fault.work_deaf", AcksLate = true)]
    public async Task<double> WorkDeafAsync(double seconds, TaskContext task)
    {
        Begin(task);
        await Task.Delay(TimeSpan.FromSeconds(seconds), time, CancellationToken.None);
        log.Finish(task.Id);
        return seconds;
    }

    /// <summary>Asks to be run again some times before it does its work.</summary>
    /// <param name="seconds">How long each run takes.</param>
    /// <param name="times">How many retries.</param>
    /// <param name="countdown">How many seconds before each.</param>
    /// <param name="task">The run.</param>
    [CeleryTask("fault.work_retried", AcksLate = true, MaxRetries = CeleryTaskAttribute.UnlimitedRetries)]
    public async Task<double> WorkRetriedAsync(double seconds, int times, double countdown, TaskContext task)
    {
        if (task.Retries >= times)
        {
            return await RunAsync(seconds, task);
        }

        Begin(task);
        await Task.Delay(TimeSpan.FromSeconds(seconds), time, task.CancellationToken);
        throw task.Retry(countdown: TimeSpan.FromSeconds(countdown));
    }

    /// <summary>Takes its time, and returns one more than it was given: for chains.</summary>
    /// <param name="number">What it was given.</param>
    /// <param name="task">The run.</param>
    [CeleryTask("fault.next", AcksLate = true)]
    public async Task<int> NextAsync(int number, TaskContext task)
    {
        await RunAsync(0.02, task);
        return number + 1;
    }

    /// <summary>Adds up what the parts of a chord were worth.</summary>
    /// <param name="numbers">Their results.</param>
    [CeleryTask("fault.total", AcksLate = true)]
    public static int Total(int[] numbers) => numbers.Sum();

    /// <summary>Takes its worker down.</summary>
    /// <param name="seconds">After what time.</param>
    /// <param name="task">The run.</param>
    [CeleryTask("fault.poison", AcksLate = true, MaxDeliveries = 3)]
    public async Task PoisonAsync(double seconds, TaskContext task)
    {
        Begin(task);
        await Task.Delay(TimeSpan.FromSeconds(seconds), time, task.CancellationToken);
        Environment.FailFast($"Task {task.Id} is poison.");
    }

    private async Task<double> RunAsync(double seconds, TaskContext task)
    {
        Begin(task);
        await Task.Delay(TimeSpan.FromSeconds(seconds), time, task.CancellationToken);
        log.Finish(task.Id);
        return seconds;
    }

    private void Begin(TaskContext task)
    {
        log.Begin(task.Id);
        if (task.Eta > time.GetUtcNow())
        {
            log.BeginEarly(task.Id);
        }
    }
}
