using System.Globalization;

namespace CeleryNet.Hosting;

/// <summary>Reads the text of a setting; an error names the key, the rule and the value.</summary>
internal static class SettingValue
{
    public static int Number(string key, string value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Unfit(key, "a whole number", value);

    public static bool Flag(string key, string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => throw Unfit(key, "true or false", value),
    };

    /// <summary>Python's <c>ssl.CERT_REQUIRED</c> and its kin. A server always shows a certificate, so <c>CERT_OPTIONAL</c> checks it like <c>CERT_REQUIRED</c>.</summary>
    public static bool ChecksCertificates(string key, string value) => value.ToUpperInvariant() switch
    {
        "CERT_NONE" or "NONE" or "0" => false,
        "CERT_OPTIONAL" or "OPTIONAL" or "1" or "CERT_REQUIRED" or "REQUIRED" or "2" => true,
        _ => throw Unfit(key, "CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED", value),
    };

    // Celery gives durations in seconds, .NET as 00:00:10; both are taken.
    public static TimeSpan Span(string key, string value)
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) < 1e11)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var span)
            ? span
            : throw Unfit(key, "seconds or a time such as 00:00:10", value);
    }

    /// <summary>A word of an enumeration, in any case; a number is taken only where the enumeration defines it.</summary>
    public static T Word<T>(string key, string value)
        where T : struct, Enum
        => Enum.TryParse<T>(value, ignoreCase: true, out var word) && Enum.IsDefined(word)
            ? word
            : throw Unfit(key, string.Join(" or ", Enum.GetNames<T>()), value);

    public static IReadOnlyList<string> List(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>An argument of a declaration as what it looks like: a whole number, a flag, else a text.</summary>
    public static object Argument(string value)
        => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : bool.TryParse(value, out var flag) ? flag
            : value;

    /// <summary><c>max,min</c>, or <c>max</c> alone. celery/bin/worker.py Autoscale</summary>
    public static AutoscaleRange Autoscale(string key, string value)
    {
        int[] bounds = [.. List(value).Select(bound => int.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        return bounds switch
        {
            [>= 0 and var max] => new AutoscaleRange(max, 1),
            [>= 0 and var max, >= 0 and var min] => new AutoscaleRange(max, min),
            _ => throw Unfit(key, "max,min such as 20,2", value),
        };
    }

    public static CeleryConfigurationException Unfit(string key, string rule, string value) => new($"{key} must be {rule}, was '{value}'.");
}
