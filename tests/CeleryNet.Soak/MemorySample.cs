using System.Diagnostics;
using System.Globalization;

namespace CeleryNet.Soak;

/// <summary>What the process holds when nothing runs and all garbage was collected.</summary>
/// <param name="Tasks">Tasks that have ended by then.</param>
/// <param name="WorkingSet">Bytes of the process in memory.</param>
/// <param name="Heap">Bytes of living objects.</param>
/// <param name="Threads">The process's threads, whose stacks are part of the working set.</param>
internal sealed record MemorySample(int Tasks, long WorkingSet, long Heap, int Threads)
{
    public static MemorySample Take(int tasks)
    {
        // Twice: what finalizers let go of is garbage only then. Aggressive: memory that is not used is given back, so that the working set is what is needed.
        for (var pass = 0; pass < 2; pass++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return new MemorySample(tasks, process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: true), process.Threads.Count);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Tasks,10:N0} tasks  working set {WorkingSet / 1e6,7:0.0} MB  heap {Heap / 1e6,7:0.00} MB  {Threads,3} threads");
}
