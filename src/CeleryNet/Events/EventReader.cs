using System.Text.Json;
using CeleryNet.Protocol;

namespace CeleryNet.Events;

/// <summary>Reads messages with events: one, or a list of them. celery/events/receiver.py EventReceiver._receive</summary>
/// <param name="format">How they are written.</param>
/// <param name="clock">Takes notice of their logical times.</param>
/// <param name="time">Tells when they came.</param>
internal sealed class EventReader(EventFormat format, LamportClock clock, TimeProvider time)
{
    /// <exception cref="MalformedMessageException">It is no event, nor a list of them.</exception>
    public IReadOnlyList<CeleryEvent> Read(Envelope envelope)
    {
        var json = format.Content.Decode(envelope.Body, envelope.ContentType, envelope.ContentEncoding, envelope.Headers.GetString(HeaderNames.Compression));
        var now = time.GetUtcNow();
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = format.Content.Limits.MaxDepth });
            var body = document.RootElement;
            return body.ValueKind == JsonValueKind.Array
                ? [.. body.EnumerateArray().Select(each => Read(each, envelope, now))]
                : [Read(body, envelope, now)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter of half a surrogate pair, which JSON can say and a string cannot.
            throw new MalformedMessageException($"Its body cannot be read: {error.Message}", error);
        }
    }

    private CeleryEvent Read(JsonElement element, Envelope envelope, DateTimeOffset now)
    {
        if (element.ValueKind != JsonValueKind.Object || Text(element, "type") is not { Length: > 0 } type)
        {
            throw new MalformedMessageException("It is no map with a 'type'.");
        }

        var fields = element.Clone();
        var told = Number(fields, "clock") is { } number && number.TryGetInt64(out var value) ? value : 0;

        // Clients do not take notice of others' times, so theirs means nothing. celery/events/receiver.py event_from_message
        if (type != EventNames.TaskSent)
        {
            clock.Adjust(told);
        }

        return new CeleryEvent(type, Text(fields, "hostname") ?? envelope.Headers.GetString("hostname") ?? "", fields)
        {
            Timestamp = Number(fields, "timestamp") is { } seconds ? EventTime.FromSeconds(seconds.GetDouble()) : null,
            Received = now,
            Clock = told,
            ProcessId = Number(fields, "pid") is { } pid && pid.TryGetInt32(out var id) ? id : null,
            TaskId = Text(fields, "uuid") is { Length: > 0 } uuid ? new TaskId(uuid) : default(TaskId?),
        };
    }

    private static string? Text(JsonElement map, string name)
        => map.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static JsonElement? Number(JsonElement map, string name)
        => map.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number ? member : null;
}
