using System.Text.Json;
using CeleryNet.Protocol;

namespace CeleryNet.Events;

/// <summary>
/// Who sends events, and what every one of them says of it: <c>{"hostname", "utcoffset", "pid", "clock", …, "timestamp", "type"}</c>.
/// celery/events/dispatcher.py EventDispatcher.publish, celery/events/event.py Event
/// </summary>
/// <param name="Hostname">Its node name.</param>
/// <param name="Clock">Its logical clock.</param>
/// <param name="Time">Tells what time it is.</param>
internal sealed record EventSource(string Hostname, LamportClock Clock, TimeProvider Time)
{
    private static readonly HashSet<string> _reserved = ["hostname", "utcoffset", "pid", "clock", "timestamp", "type"];

    /// <summary>Whether a field is one that every event has.</summary>
    public static bool IsReserved(string field) => _reserved.Contains(field);

    /// <summary>Writes an event, and takes the logical time for it.</summary>
    public void Write<T>(Utf8JsonWriter writer, string type, T state, EventFields<T> fields)
    {
        var now = Time.GetUtcNow();
        writer.WriteStartObject();
        writer.WriteText("hostname", Hostname);
        writer.WriteNumber("utcoffset", UtcOffset(now));
        writer.WriteNumber("pid", Environment.ProcessId);
        writer.WriteNumber("clock", Clock.Forward());
        fields(writer, state);
        writer.WriteFloat("timestamp", EventTime.ToSeconds(now));
        writer.WriteText("type", type);
        writer.WriteEndObject();
    }

    private int UtcOffset(DateTimeOffset now) => EventTime.HoursWest(Time.LocalTimeZone.GetUtcOffset(now));
}
