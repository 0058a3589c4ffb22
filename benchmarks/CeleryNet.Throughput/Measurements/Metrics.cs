namespace CeleryNet.Throughput.Measurements;

/// <summary>The names of what is measured.</summary>
internal static class Metrics
{
    public const string Rate = "rate";
    public const string Cpu = "cpu";
    public const string Allocated = "allocated";
    public const string Median = "p50";
    public const string Tail = "p99";
    public const string Seconds = "seconds";
    public const string Memory = "memory";
    public const string ProportionalMemory = "memory-pss";
    public const string Commands = "commands";
    public const string Connections = "connections";
    public const string Size = "size";
    public const string Flatness = "flatness";

    /// <summary>The share of the processors that went to others during a turn; every turn has it.</summary>
    public const string Neighbours = "neighbours";
    public const string MemoryGrowth = "memory-growth";
}
