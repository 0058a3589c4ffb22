using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CeleryNet.Extensibility;

/// <summary>
/// How many runs of a task may begin in a time, in Celery's notation: <c>10/s</c>, <c>100/m</c>, <c>1000/h</c>, or a number alone, which is per second.
/// <c>0</c> is no limit. celery/utils/time.py rate
/// </summary>
public readonly record struct RateLimit
{
    private const string Rule = "a number of runs per second, minute or hour such as '10/s', '100/m' or '1000/h', or '0' for no limit";

    // Beyond this the clock, which counts in 100 ns, cannot tell one run from the next.
    private const double MostPerSecond = 1_000_000;

    private readonly string? _text;

    private RateLimit(string text, double perSecond)
    {
        _text = text;
        PerSecond = perSecond;
    }

    /// <summary>No limit.</summary>
    public static RateLimit None { get; } = new("0", 0);

    /// <summary>How many runs may begin in a second; 0 for no limit.</summary>
    public double PerSecond { get; }

    /// <summary>Whether there is no limit.</summary>
    public bool IsNone => PerSecond == 0;

    /// <summary>Reads Celery's notation.</summary>
    /// <param name="text">Such as <c>100/m</c>.</param>
    /// <exception cref="FormatException">It is not a rate.</exception>
    public static RateLimit Parse(string text)
        => TryParse(text, out var limit) ? limit : throw new FormatException($"A rate limit must be {Rule}, was '{text}'.");

    /// <summary>Reads Celery's notation.</summary>
    /// <param name="text">Such as <c>100/m</c>.</param>
    /// <param name="limit">The limit.</param>
    /// <returns>Whether it is a rate.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out RateLimit limit)
    {
        limit = default;
        if (text?.Trim() is not { Length: > 0 } trimmed)
        {
            return false;
        }

        var slash = trimmed.IndexOf('/');
        var unit = slash < 0 ? "s" : trimmed[(slash + 1)..];
        var seconds = unit switch
        {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => 0,
        };
        if (seconds == 0
            || !double.TryParse(slash < 0 ? trimmed : trimmed[..slash], NumberStyles.Float, CultureInfo.InvariantCulture, out var count)
            || !(count >= 0 && count / seconds <= MostPerSecond))
        {
            return false;
        }

        limit = new RateLimit(trimmed, count / seconds);
        return true;
    }

    /// <summary>The limit as it was written.</summary>
    public override string ToString() => _text ?? "0";
}
