using System.Diagnostics;
using System.Globalization;

namespace CeleryNet.Throughput.Work;

/// <summary>Calls one by one and writes how long the calls took.</summary>
internal static class RoundTrips
{
    public static async Task RunAsync(CallerSettings settings, TextWriter output, Func<Task<int>> call)
    {
        var times = new double[settings.Count];
        for (var i = -settings.WarmUp; i < settings.Count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var result = await call();
            if (result != 5)
            {
                throw new InvalidOperationException($"add(2, 3) returned {result}.");
            }

            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }

        Array.Sort(times);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"milliseconds {Percentile(times, 0.50):0.0000} {Percentile(times, 0.99):0.0000}"));
    }

    private static double Percentile(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
