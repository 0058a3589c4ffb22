using System.Globalization;

namespace CeleryNet.Generators;

/// <summary>What the library's <c>RateLimit.Parse</c> will take.</summary>
internal static class RateLimitText
{
    public const string Rule = "a rate such as \"10/s\", \"100/m\" or \"1000/h\", or \"0\" for no limit";

    private const double MostPerSecond = 1_000_000;

    public static bool IsValid(string text)
    {
        var trimmed = text.Trim();
        var slash = trimmed.IndexOf('/');
        var seconds = (slash < 0 ? "s" : trimmed.Substring(slash + 1)) switch
        {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => 0,
        };
        return seconds > 0
            && double.TryParse(slash < 0 ? trimmed : trimmed.Substring(0, slash), NumberStyles.Float, CultureInfo.InvariantCulture, out var count)
            && count >= 0
            && count / seconds <= MostPerSecond;
    }
}
