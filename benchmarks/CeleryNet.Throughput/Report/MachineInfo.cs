using System.Globalization;
using System.Runtime.InteropServices;

namespace CeleryNet.Throughput.Report;

/// <summary>What the run was made on and with.</summary>
/// <param name="Facts">Names and values, for people.</param>
internal sealed record MachineInfo(IReadOnlyDictionary<string, string> Facts)
{
    public static MachineInfo Read(IReadOnlyDictionary<string, string> versions) => new(new Dictionary<string, string>(versions)
    {
        ["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["processor"] = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown",
        ["system"] = RuntimeInformation.OSDescription,
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["load before"] = Load(),
    });

    /// <summary>The number of processes that wanted a processor in the last minute; others than the peers make it large.</summary>
    public static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
