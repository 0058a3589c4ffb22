using System.Globalization;
using System.Text.RegularExpressions;
using CeleryNet.Extensibility;

namespace CeleryNet.Yaml;

/// <summary>Dates and times as PyYAML builds them: naive without an offset, a fraction cut after six digits. yaml/constructor.py construct_yaml_timestamp</summary>
internal static partial class YamlTimestamp
{
    private const int MinutesOfDay = 24 * 60;

    /// <exception cref="FormatException">It is no timestamp.</exception>
    /// <exception cref="ArgumentException">There is no such day or time.</exception>
    public static object Parse(string value)
    {
        var parts = Parts().Match(value);
        if (!parts.Success)
        {
            throw new FormatException($"'{value}' is no date and no time");
        }

        var date = new DateOnly(Number("year"), Number("month"), Number("day"));
        if (!parts.Groups["hour"].Success)
        {
            return date;
        }

        // A TimeOnly takes microseconds as two numbers.
        var microseconds = int.Parse(Fraction(parts.Groups["fraction"].Value), CultureInfo.InvariantCulture);
        var time = date.ToDateTime(new TimeOnly(Number("hour"), Number("minute"), Number("second"), microseconds / 1000, microseconds % 1000));
        return parts.Groups["zone"].Success ? At(time, Offset()) : time;

        int Number(string name) => parts.Groups[name] is { Length: > 0 } group ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

        int Offset()
        {
            var minutes = (Number("zoneHour") * 60) + Number("zoneMinute");
            return minutes < MinutesOfDay
                ? parts.Groups["zoneSign"].Value == "-" ? -minutes : minutes
                : throw new FormatException($"'{value}' has an offset of a day or more");
        }
    }

    private static string Fraction(string digits) => digits.Length > 6 ? digits[..6] : digits.PadRight(6, '0');

    private static object At(DateTime time, int minutes)
    {
        try
        {
            return new DateTimeOffset(time, TimeSpan.FromMinutes(minutes));
        }
        catch (ArgumentException)
        {
            // Python's offsets reach to a day, and its first and last days do not end in UTC.
            var offset = Math.Abs(minutes);
            return new TaggedText("datetime", string.Create(
                CultureInfo.InvariantCulture,
                $"{time.ToString(time.Microsecond + time.Millisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}{(minutes < 0 ? '-' : '+')}{offset / 60:00}:{offset % 60:00}"));
        }
    }

    [GeneratedRegex(
        @"^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})
            (?:(?:[Tt]|[\ \t]+)
            (?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]*))?
            (?:[\ \t]*(?<zone>Z|(?<zoneSign>[-+])(?<zoneHour>[0-9]{1,2})(?::(?<zoneMinute>[0-9]{2}))?))?)?\z",
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}
