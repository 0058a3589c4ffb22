namespace CeleryNet.Throughput.Work;

/// <summary>The same addition as a static method: nothing is made for a run, neither a scope nor an object.</summary>
internal sealed class StaticTasks
{
    // A static task is given no services, so its counter is the process's, as the Python one's is.
    private static readonly Marks _marks = Marks.OfEnvironment();

    private StaticTasks()
    {
    }

    /// <summary>Does nothing worth mentioning.</summary>
    [CeleryTask("bench.add_static")]
    public static int Add(int x, int y)
    {
        _marks.Done();
        return x + y;
    }
}
