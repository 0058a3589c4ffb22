using System.Buffers.Binary;
using System.Globalization;
using CeleryNet.Extensibility;

namespace CeleryNet.Pickle.Writing;

/// <summary>Writes dates and times as Python pickles its own: the bytes of their fields, and the offset as a <c>datetime.timezone</c>.</summary>
internal static class PythonTimeWriter
{
    public static void DateTime(PickleOutput output, DateTime time, TimeSpan? offset)
    {
        Span<byte> state = stackalloc byte[10];
        WriteDate(state, time.Year, time.Month, time.Day);
        WriteTime(state[4..], time.TimeOfDay);
        output.Global("datetime"u8, "datetime"u8);
        Call(output, state, offset);
    }

    public static void Date(PickleOutput output, DateOnly date)
    {
        Span<byte> state = stackalloc byte[4];
        WriteDate(state, date.Year, date.Month, date.Day);
        output.Global("datetime"u8, "date"u8);
        Call(output, state, null);
    }

    public static void Time(PickleOutput output, TimeOnly time, TimeSpan? offset)
    {
        Span<byte> state = stackalloc byte[6];
        WriteTime(state, time.ToTimeSpan());
        output.Global("datetime"u8, "time"u8);
        Call(output, state, offset);
    }

    public static void TimeDelta(PickleOutput output, TimeSpan span)
    {
        // Python puts what is beyond a day, or below zero, in order itself.
        output.Global("datetime"u8, "timedelta"u8);
        output.Integer(span.Days);
        output.Integer((span.Ticks % TimeSpan.TicksPerDay) / TimeSpan.TicksPerSecond);
        output.Integer((span.Ticks % TimeSpan.TicksPerSecond) / TimeSpan.TicksPerMicrosecond);
        output.Op(Opcode.Tuple3);
        output.Op(Opcode.Reduce);
    }

    /// <summary>Writes a time whose offset no .NET type can hold: one with seconds, or one beside a time without a date.</summary>
    /// <exception cref="CelerySerializationException">It is no such text.</exception>
    public static void Tagged(PickleOutput output, TaggedText value)
    {
        var sign = value.Text.LastIndexOfAny(['+', '-']);
        var clock = value.Text.EndsWith('Z') ? value.Text[..^1] : sign > 0 ? value.Text[..sign] : value.Text;
        TimeSpan? offset = value.Text.EndsWith('Z') ? TimeSpan.Zero : null;
        if (offset is null && sign > 0)
        {
            offset = TimeSpan.TryParseExact(value.Text[(sign + 1)..], [@"hh\:mm", @"hh\:mm\:ss", @"hh\:mm\:ss\.ffffff"], CultureInfo.InvariantCulture, out var size)
                ? value.Text[sign] == '-' ? -size : size
                : throw Unfit(value);
        }

        if (value.Type == "time" && TimeOnly.TryParseExact(clock, ["HH:mm:ss.FFFFFFF", "HH:mm", "HH"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            Time(output, time, offset);
        }
        else if (value.Type == "datetime" && System.DateTime.TryParseExact(
            clock, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var dateTime))
        {
            DateTime(output, dateTime, offset);
        }
        else
        {
            throw Unfit(value);
        }
    }

    private static void Call(PickleOutput output, ReadOnlySpan<byte> state, TimeSpan? offset)
    {
        output.Bytes(state);
        if (offset is { } value)
        {
            output.Global("datetime"u8, "timezone"u8);
            TimeDelta(output, value);
            output.Op(Opcode.Tuple1);
            output.Op(Opcode.Reduce);
            output.Op(Opcode.Tuple2);
        }
        else
        {
            output.Op(Opcode.Tuple1);
        }

        output.Op(Opcode.Reduce);
    }

    private static void WriteDate(Span<byte> state, int year, int month, int day)
    {
        BinaryPrimitives.WriteUInt16BigEndian(state, (ushort)year);
        state[2] = (byte)month;
        state[3] = (byte)day;
    }

    private static void WriteTime(Span<byte> state, TimeSpan time)
    {
        state[0] = (byte)time.Hours;
        state[1] = (byte)time.Minutes;
        state[2] = (byte)time.Seconds;
        var microseconds = (int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        state[3] = (byte)(microseconds >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(state[4..], (ushort)microseconds);
    }

    private static CelerySerializationException Unfit(TaggedText value)
        => new($"The {value.Type} '{value.Text}' cannot be written as a pickle: it is not as Python's isoformat() writes one.");
}
