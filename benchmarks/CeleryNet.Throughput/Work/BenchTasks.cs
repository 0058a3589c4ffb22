namespace CeleryNet.Throughput.Work;

/// <summary>What CeleryNet's workers run, and the same tasks for its clients.</summary>
internal sealed class BenchTasks(Marks marks)
{
    /// <summary>Does nothing worth mentioning.</summary>
    [CeleryTask("bench.add")]
    public int Add(int x, int y)
    {
        marks.Done();
        return x + y;
    }

    /// <summary>Waits, and takes no thread for it.</summary>
    [CeleryTask("bench.wait")]
    public async Task WaitAsync(double seconds, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        marks.Done();
    }
}
