using System.Globalization;

namespace CeleryNet.Throughput.Processes;

/// <summary>What share of the processors went to programs that have nothing to do with the run: the larger, the less absolute numbers mean.</summary>
internal sealed class Neighbours
{
    // proc_stat(5): user nice system idle iowait irq softirq steal.
    private const int Idle = 3;
    private const int Waiting = 4;
    private const int Times = 8;

    private readonly ProcessTree _own = new(Environment.ProcessId);
    private readonly (long Busy, long All) _machine = ReadMachine();
    private readonly long _mine;

    private Neighbours() => _mine = _own.TicksWithEnded;

    /// <summary>Begins to look.</summary>
    public static Neighbours Watch() => new();

    /// <summary>Their share since the beginning, in per cent of all processors.</summary>
    public double Percent()
    {
        var (busy, all) = ReadMachine();
        var others = busy - _machine.Busy - (_own.TicksWithEnded - _mine);
        return all > _machine.All ? Math.Max(0, others * 100.0 / (all - _machine.All)) : 0;
    }

    private static (long Busy, long All) ReadMachine()
    {
        var times = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..(Times + 1)]
            .Select(time => long.Parse(time, CultureInfo.InvariantCulture)).ToArray();
        return (times.Sum() - times[Idle] - times[Waiting], times.Sum());
    }
}
