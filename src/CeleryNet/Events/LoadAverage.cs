using System.Globalization;

namespace CeleryNet.Events;

/// <summary>How busy the machine is, where the system tells. celery/utils/sysinfo.py load_average</summary>
internal static class LoadAverage
{
    private const string File = "/proc/loadavg";

    /// <summary>The mean number of processes that run or want to, over one minute, five and fifteen; zeros where nobody knows.</summary>
    public static (double One, double Five, double Fifteen) Read()
    {
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        try
        {
            return Parse(global::System.IO.File.ReadAllText(File));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A sandbox may hide it.
            return default;
        }
    }

    /// <summary>Reads <c>0.20 0.18 0.12 1/80 11206</c>.</summary>
    public static (double One, double Five, double Fifteen) Parse(string text)
    {
        var parts = text.Split(' ', 4);
        return parts.Length == 4 && TryRead(parts[0], out var one) && TryRead(parts[1], out var five) && TryRead(parts[2], out var fifteen)
            ? (one, five, fifteen)
            : default;
    }

    private static bool TryRead(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
