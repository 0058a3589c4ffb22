using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace CeleryNet.Serializers.Tests.RoundTrip;

/// <summary>Generates values as <c>WireJson</c> knows them: nested, and each leaf as likely an awkward one as a plain one.</summary>
internal static class WireValues
{
    private const int MaxNesting = 4;

    /// <summary>Values a format can say.</summary>
    public static Gen<object?> Of(WireFormat format)
    {
        var leaves = Leaves(format);
        // Half a pair in a key is lost before a serializer sees it.
        var keys = WireStrings.Of(format with { Types = format.Types & ~WireTypes.HalfPairs });
        var values = leaves;
        for (var i = 0; i < MaxNesting; i++)
        {
            var inner = values;
            values = Gen.Frequency(
                (3, leaves),
                (1, Few(inner).Select(items => (object?)items)),
                (1, Few(Gen.Zip(keys, inner)).Select(entries => (object?)Map(entries))));
        }

        return values;
    }

    private static Gen<List<T>> Few<T>(Gen<T> items) => Gen.Choose(0, 5).SelectMany(count => Gen.ListOf(items, count));

    private static OrderedDictionary<string, object?> Map(List<(string Key, object? Value)> entries)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            map[key] = value;
        }

        return map;
    }

    private static Gen<object?> Leaves(WireFormat format)
    {
        var kinds = new List<Gen<object?>>
        {
            Gen.Elements<object?>(null, true, false),
            WireNumbers.Integers(format),
            WireNumbers.Floats(format).Select(value => (object?)value),
            WireStrings.Of(format).Select(value => (object?)value),
            WireStrings.Of(format).Select(value => (object?)value),
        };
        Add(WireTypes.Bytes, Gen.Choose(0, 100).SelectMany(Bytes).Select(value => (object?)value));
        Add(WireTypes.NaiveDateTimes, Instants.Select(ticks => (object?)new DateTime(ticks)));
        Add(WireTypes.AwareDateTimes, Gen.Zip(Instants, Offsets).Select(parts => (object?)new DateTimeOffset(parts.Item1, parts.Item2)));
        Add(WireTypes.Dates, Instants.Select(ticks => (object?)DateOnly.FromDateTime(new DateTime(ticks))));
        Add(WireTypes.Times, Instants.Select(ticks => (object?)TimeOnly.FromDateTime(new DateTime(ticks))));
        Add(WireTypes.TimeSpans, Gen.Zip(Instants, Gen.Elements(1L, -1L)).Select(parts => (object?)new TimeSpan(parts.Item1 * parts.Item2)));
        Add(WireTypes.Decimals, Decimals.Select(value => (object?)value));
        Add(WireTypes.Guids, Bytes(16).Select(bytes => (object?)new Guid(bytes)));
        Add(WireTypes.Complex, Gen.Two(WireNumbers.Floats(format)).Select(parts => (object?)new Complex(parts.Item1, parts.Item2)));
        return Gen.OneOf(kinds);

        void Add(WireTypes type, Gen<object?> values)
        {
            if (format.Types.HasFlag(type))
            {
                kinds.Add(values);
            }
        }
    }

    public static Gen<byte[]> Bytes(int count) => Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), count);

    // From the second day to the last but one, so that every offset leaves a valid time; whole seconds and midnights are not rare.
    private static Gen<long> Instants { get; } =
        from day in Gen.Choose(1, (DateTime.MaxValue - DateTime.MinValue).Days - 2)
        from second in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 86_399))
        from microsecond in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 999_999), Gen.Choose(0, 999).Select(millisecond => millisecond * 1000))
        select (day * TimeSpan.TicksPerDay) + (second * TimeSpan.TicksPerSecond) + (microsecond * TimeSpan.TicksPerMicrosecond);

    private static Gen<TimeSpan> Offsets { get; } = Gen.OneOf(Gen.Constant(0), Gen.Choose(-14 * 60, 14 * 60)).Select(minutes => TimeSpan.FromMinutes(minutes));

    private static Gen<decimal> Decimals { get; } =
        from parts in Gen.ListOf(Gen.Choose(int.MinValue, int.MaxValue), 3)
        from size in Gen.Choose(1, 3)
        from isNegative in Gen.Elements(true, false)
        from scale in Gen.Choose(0, 28)
        select new decimal(parts[0], size > 1 ? parts[1] : 0, size > 2 ? parts[2] : 0, isNegative, (byte)scale);
}
