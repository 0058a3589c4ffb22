using System.Diagnostics;
using System.Globalization;
using CeleryNet.Throughput.Processes;

namespace CeleryNet.Throughput.Work;

/// <summary>Counts what is done in this process and tells of it on the way: the first, and each that the interval divides.</summary>
/// <param name="output">Where to.</param>
/// <param name="interval">1 or more.</param>
internal sealed class Marks(TextWriter output, int interval)
{
    /// <summary>The variable that says the interval to who is not told otherwise.</summary>
    public const string IntervalVariable = "BENCH_MARK_EVERY";

    private long _done;

    /// <summary>On standard output, at the interval that the environment says.</summary>
    /// <exception cref="FormatException">It says none.</exception>
    public static Marks OfEnvironment() => new(Console.Out, int.Parse(Environment.GetEnvironmentVariable(IntervalVariable) ?? "", CultureInfo.InvariantCulture));

    public void Done()
    {
        var count = Interlocked.Increment(ref _done);
        if (count == 1 || count % interval == 0)
        {
            var cpu = (long)Environment.CpuUsage.TotalTime.TotalMicroseconds;
            output.WriteLine(Mark.Format(new Mark(count, Stopwatch.GetTimestamp(), cpu, GC.GetTotalAllocatedBytes())));
        }
    }
}
