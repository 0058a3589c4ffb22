using System.Globalization;

namespace CeleryNet.Throughput.Processes;

/// <summary>What a peer told when so many tasks, publishes or calls were done.</summary>
/// <param name="Count">How many.</param>
/// <param name="Time">When, in nanoseconds of the monotonic clock that all processes of the machine share.</param>
/// <param name="CpuMicroseconds">What processor time the peer had used, its children included.</param>
/// <param name="AllocatedBytes">What it had allocated; 0 of a Python peer.</param>
internal sealed record Mark(long Count, long Time, long CpuMicroseconds, long AllocatedBytes)
{
    private const string Prefix = "done ";

    public static string Format(Mark mark)
        => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{mark.Count} {mark.Time} {mark.CpuMicroseconds} {mark.AllocatedBytes}");

    public static bool IsAbout(string line, long count)
        => line.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{count} "), StringComparison.Ordinal);

    /// <exception cref="FormatException">The line is none that <see cref="Format"/> writes.</exception>
    public static Mark Parse(string line)
    {
        var numbers = line[Prefix.Length..].Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return numbers is [var count, var time, var cpu, var allocated]
            ? new Mark(count, time, cpu, allocated)
            : throw new FormatException($"A mark has four numbers, not {numbers.Length}: '{line}'.");
    }
}
