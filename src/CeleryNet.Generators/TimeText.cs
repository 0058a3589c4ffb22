using System.Globalization;

namespace CeleryNet.Generators;

/// <summary>Times as attributes give them.</summary>
internal static class TimeText
{
    /// <summary>The time, read as options are: .NET's way has colons, Celery's is a number of seconds. Null when it is neither.</summary>
    public static TimeSpan? Parse(string text)
    {
        const double most = 1e11;
        if (text.IndexOf(':') >= 0)
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) < most
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
    }

    /// <summary>A text as messages show it.</summary>
    public static string Quote(string text) => text.Length == 0 ? "an empty text" : $"\"{text}\"";
}
