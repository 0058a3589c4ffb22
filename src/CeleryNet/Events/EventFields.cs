using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Events;

/// <summary>Writes the fields that an event has beside those of all events. It must not fail: what could is to be done before.</summary>
/// <param name="writer">Where to.</param>
/// <param name="state">What of. It captures nothing, so that nothing is made where there is nobody to tell.</param>
internal delegate void EventFields<in T>(Utf8JsonWriter writer, T state);

/// <summary>Fields of events as Python writes them.</summary>
internal static class EventFieldWriter
{
    /// <summary>A text; null for none.</summary>
    public static void WriteText(this Utf8JsonWriter writer, string name, string? value)
    {
        writer.WritePropertyName(name);
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            PythonString.Write(writer, value);
        }
    }

    /// <summary>A float, which has a fraction even if that is zero.</summary>
    public static void WriteFloat(this Utf8JsonWriter writer, string name, double value)
    {
        writer.WritePropertyName(name);
        PythonFloat.Write(writer, value);
    }

    /// <summary>An instant as Python's <c>isoformat</c> has it; null for none.</summary>
    public static void WriteInstant(this Utf8JsonWriter writer, string name, DateTimeOffset? value)
        => writer.WriteText(name, value is { } instant ? IsoTimestamp.Format(instant) : null);
}
