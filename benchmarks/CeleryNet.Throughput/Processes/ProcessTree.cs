using System.Globalization;

namespace CeleryNet.Throughput.Processes;

/// <summary>What Linux says of a process and all it has started. Python's Celery is several processes; they count together.</summary>
/// <param name="root">The process's id.</param>
internal sealed class ProcessTree(int root)
{
    // proc(5): fields 14 to 17 of stat, counted from 1; after the name, which may contain anything, two are gone.
    private const int TimesAfterName = 11;

    /// <summary>Processor time used so far by their threads that are there now, to the nanosecond: the ticks of proc(5) are too coarse for who is idle.</summary>
    public TimeSpan ThreadTime => TimeSpan.FromMicroseconds(Sum(id => Threads(id).Sum(
        thread => Number(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0]))) / 1000.0);

    /// <summary>Processor time in ticks used so far by all of them and by all that they have started and that has ended.</summary>
    public long TicksWithEnded => Sum(id =>
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[TimesAfterName..(TimesAfterName + 4)].Sum(Number);
    });

    /// <summary>Memory they have in use, what they share counted for each.</summary>
    public long ResidentBytes => Sum(id => Kilobytes($"/proc/{id}/status", "VmRSS:"));

    /// <summary>The most memory each has had in use, together.</summary>
    public long PeakResidentBytes => Sum(id => Kilobytes($"/proc/{id}/status", "VmHWM:"));

    /// <summary>Memory they have in use, what they share counted once.</summary>
    public long ProportionalBytes => Sum(id => Kilobytes($"/proc/{id}/smaps_rollup", "Pss:"));

    private static long Kilobytes(string file, string name)
    {
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : Number(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim()) * 1024;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private long Sum(Func<int, long> read)
    {
        long sum = 0;
        foreach (var id in Ids(root))
        {
            try
            {
                sum += read(id);
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException && id != root)
            {
                // A child that has ended since it was found uses nothing any more.
            }
        }

        return sum;
    }

    private static IEnumerable<int> Ids(int id)
    {
        yield return id;
        foreach (var child in Children(id).SelectMany(Ids))
        {
            yield return child;
        }
    }

    private static string[] Threads(int id) => Directory.GetDirectories($"/proc/{id}/task");

    private static List<int> Children(int id)
    {
        var children = new List<int>();
        try
        {
            foreach (var thread in Threads(id))
            {
                var found = File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
                children.AddRange(found.Select(child => (int)Number(child)));
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // The process, or one of its threads, has ended meanwhile.
        }

        return children;
    }
}
