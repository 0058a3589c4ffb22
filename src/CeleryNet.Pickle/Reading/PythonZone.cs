namespace CeleryNet.Pickle.Reading;

/// <summary>A Python <c>tzinfo</c> whose offset is known here.</summary>
internal sealed class PythonZone : NotData
{
    private const int LongestName = 64;

    private readonly TimeZoneInfo? _zone;

    private PythonZone(TimeSpan? offset, TimeZoneInfo? zone = null)
    {
        Offset = offset;
        _zone = zone;
    }

    public override string Name => "tzinfo";

    /// <summary>The offset if it is the same at all times.</summary>
    public TimeSpan? Offset { get; private set; }

    public override MalformedMessageException Refuse() => Refusal.Because("a time zone stands where a value should; it can only belong to a datetime or time");

    public static PythonZone Utc() => new(TimeSpan.Zero);

    /// <summary>An offset that <see cref="SetState"/> gives.</summary>
    public static PythonZone Unset() => new(null);

    public static PythonZone Fixed(object? offset) => new(CheckOffset(offset));

    /// <summary>A zone by its name in the time zone database.</summary>
    public static PythonZone Named(object? name, ReadingBudget budget)
    {
        budget.Charge(ReadingBudget.LookupCost);
        if (name is not string text)
        {
            throw Refusal.Because("a time zone has no name");
        }

        // .NET looks for a file of that name.
        var isName = text.Length is > 0 and <= LongestName && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '+' or '-');
        return isName && TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone)
            ? new PythonZone(zone.GetAdjustmentRules().Length == 0 ? zone.BaseUtcOffset : null, zone)
            : throw Refusal.Because($"its time zone {Refusal.Shown(text)} is not known on this machine; send times in UTC or with a fixed offset");
    }

    /// <summary>Sets the offset of dateutil's <c>tzoffset</c>, which pickle does after making it.</summary>
    public void SetState(object? state)
    {
        if (Offset is not null || _zone is not null || state is not PickledMap map || !map.TryGetValue("_offset", out var offset))
        {
            throw Refusal.Because("the state of a time zone is no offset");
        }

        Offset = CheckOffset(offset);
    }

    /// <summary>The offset at a time of this zone; <paramref name="isSecond"/> for the second pass of a time that clocks show twice.</summary>
    public TimeSpan OffsetAt(DateTime time, bool isSecond)
    {
        if (Offset is { } offset)
        {
            return offset;
        }

        if (_zone is null)
        {
            throw Refusal.Because("a time zone has no offset");
        }

        if (!_zone.IsAmbiguousTime(time))
        {
            return _zone.GetUtcOffset(time);
        }

        // Clocks are put back, so the second pass has the smaller offset.
        var offsets = _zone.GetAmbiguousTimeOffsets(time);
        return isSecond ? offsets.Min() : offsets.Max();
    }

    private static TimeSpan CheckOffset(object? offset) => offset is TimeSpan span && span > -TimeSpan.FromDays(1) && span < TimeSpan.FromDays(1)
        ? span
        : throw Refusal.Because("the offset of a time zone is no timedelta of less than a day");
}
