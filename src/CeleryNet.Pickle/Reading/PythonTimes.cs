using System.Globalization;
using CeleryNet.Extensibility;

namespace CeleryNet.Pickle.Reading;

/// <summary>
/// Python's dates and times. They pickle as the bytes of their fields (years in two, microseconds in three, the most significant first), and may be called
/// with the fields as integers. They become texts as <c>isoformat()</c> writes them, since .NET's types cannot hold all that Python's can.
/// </summary>
internal static class PythonTimes
{
    private const int DateTimeBytes = 10;
    private const int DateBytes = 4;
    private const int TimeBytes = 6;
    private const int MicrosecondsOfSecond = 1_000_000;

    // The bit of a month, or hour, that says "the second pass of a time that clocks show twice".
    private const byte Fold = 0x80;

    // What a TimeSpan can hold.
    private const long MaxDays = 10_675_198;
    private const long MaxPythonDays = 999_999_999;

    public static TaggedText DateTime(object?[] arguments)
    {
        Fields fields;
        object? zone;
        if (arguments is [var state, .. var rest] && rest.Length < 2 && Bytes(state, DateTimeBytes) is { } bytes)
        {
            fields = new Fields((bytes[0] << 8) | bytes[1], bytes[2] & ~Fold, bytes[3], bytes[4], bytes[5], bytes[6], Microseconds(bytes.AsSpan(7)), (bytes[2] & Fold) != 0);
            zone = rest is [var only] ? only : null;
        }
        else
        {
            var numbers = Numbers("datetime", arguments, 3, 7, out zone);
            fields = new Fields(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], false);
        }

        var (date, time) = (DateText(fields), TimeText(fields));
        var offset = Zone(zone)?.OffsetAt(
            new DateTime(fields.Year, fields.Month, fields.Day, fields.Hour, fields.Minute, fields.Second).AddMicroseconds(fields.Microsecond), fields.IsSecondPass);
        return new TaggedText("datetime", $"{date}T{time}{OffsetText(offset)}");
    }

    public static TaggedText Date(object?[] arguments)
    {
        if (arguments is [var state] && Bytes(state, DateBytes) is { } bytes)
        {
            return new TaggedText("date", DateText(new Fields((bytes[0] << 8) | bytes[1], bytes[2], bytes[3])));
        }

        var numbers = arguments.Length == 3 ? Numbers("date", arguments, 3, 3, out _) : throw Unfit("date");
        return new TaggedText("date", DateText(new Fields(numbers[0], numbers[1], numbers[2])));
    }

    public static TaggedText Time(object?[] arguments)
    {
        Fields fields;
        object? zone;
        if (arguments is [var state, .. var rest] && rest.Length < 2 && Bytes(state, TimeBytes) is { } bytes)
        {
            fields = new Fields(1, 1, 1, bytes[0] & ~Fold, bytes[1], bytes[2], Microseconds(bytes.AsSpan(3)));
            zone = rest is [var only] ? only : null;
        }
        else
        {
            var numbers = Numbers("time", arguments, 0, 4, out zone);
            fields = new Fields(1, 1, 1, numbers[0], numbers[1], numbers[2], numbers[3]);
        }

        // A time of a zone whose offset depends on the date has none, in Python too.
        return new TaggedText("time", TimeText(fields) + OffsetText(Zone(zone)?.Offset));
    }

    public static TimeSpan TimeDelta(object?[] arguments)
    {
        Span<long> parts = stackalloc long[3];
        if (arguments.Length > parts.Length)
        {
            throw Unfit("timedelta");
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            parts[i] = arguments[i] is long part and >= -MaxPythonDays * 86_400 and <= MaxPythonDays * 86_400 ? part : throw Unfit("timedelta");
        }

        var microseconds = ((Int128)parts[0] * 86_400 * MicrosecondsOfSecond) + ((Int128)parts[1] * MicrosecondsOfSecond) + parts[2];
        return Int128.Abs(microseconds) <= (Int128)MaxDays * 86_400 * MicrosecondsOfSecond
            ? TimeSpan.FromTicks((long)microseconds * TimeSpan.TicksPerMicrosecond)
            : throw Refusal.Because($"a timedelta has {parts[0]} days; up to {MaxDays} can be read");
    }

    // Protocol 2 and Python 2 keep the bytes in a string.
    private static byte[]? Bytes(object? state, int length) => state switch
    {
        byte[] bytes when bytes.Length == length => bytes,
        string text when text.Length == length && text.All(c => c <= byte.MaxValue) => [.. text.Select(c => (byte)c)],
        _ => null,
    };

    private static int Microseconds(ReadOnlySpan<byte> bytes) => (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];

    private static int[] Numbers(string type, object?[] arguments, int least, int most, out object? zone)
    {
        if (arguments.Length < least || arguments.Length > most + 1)
        {
            throw Unfit(type);
        }

        zone = arguments.Length > most ? arguments[most] : null;
        var numbers = new int[most];
        for (var i = 0; i < Math.Min(arguments.Length, most); i++)
        {
            numbers[i] = arguments[i] is long number and >= 0 and <= int.MaxValue ? (int)number : throw Unfit(type);
        }

        return numbers;
    }

    private static PythonZone? Zone(object? zone) => zone switch
    {
        null => null,
        PythonZone known => known,
        ForeignObject other => throw Refusal.Because(
            $"a time has the zone {Refusal.Shown(other.Type.Module)}.{Refusal.Shown(other.Name)}, whose offset is not known here; send times in UTC or with a fixed offset"),
        _ => throw Refusal.Because($"a time has a {Refusal.TypeName(zone)} as its zone"),
    };

    private static string DateText(in Fields fields)
        => fields.Year is >= 1 and <= 9999 && fields.Month is >= 1 and <= 12 && fields.Day >= 1 && fields.Day <= System.DateTime.DaysInMonth(fields.Year, fields.Month)
            ? string.Create(CultureInfo.InvariantCulture, $"{fields.Year:0000}-{fields.Month:00}-{fields.Day:00}")
            : throw Refusal.Because($"there is no date of year {fields.Year}, month {fields.Month}, day {fields.Day}");

    private static string TimeText(in Fields fields)
    {
        if (fields.Hour > 23 || fields.Minute > 59 || fields.Second > 59 || fields.Microsecond >= MicrosecondsOfSecond)
        {
            throw Refusal.Because($"there is no time of {fields.Hour} hours, {fields.Minute} minutes, {fields.Second} seconds, {fields.Microsecond} microseconds");
        }

        var seconds = string.Create(CultureInfo.InvariantCulture, $"{fields.Hour:00}:{fields.Minute:00}:{fields.Second:00}");
        return fields.Microsecond == 0 ? seconds : string.Create(CultureInfo.InvariantCulture, $"{seconds}.{fields.Microsecond:000000}");
    }

    private static string OffsetText(TimeSpan? offset)
    {
        if (offset is not { } value)
        {
            return "";
        }

        var size = value.Duration();
        var text = (value < TimeSpan.Zero ? "-" : "+") + size.ToString(@"hh\:mm", CultureInfo.InvariantCulture);
        if (size.Ticks % TimeSpan.TicksPerMinute != 0)
        {
            text += size.ToString(size.Ticks % TimeSpan.TicksPerSecond == 0 ? @"\:ss" : @"\:ss\.ffffff", CultureInfo.InvariantCulture);
        }

        return text;
    }

    private static MalformedMessageException Unfit(string type) => Refusal.Because($"a {type} is not made of what a {type} is made of");

    private readonly record struct Fields(
        int Year, int Month, int Day, int Hour = 0, int Minute = 0, int Second = 0, int Microsecond = 0, bool IsSecondPass = false);
}
