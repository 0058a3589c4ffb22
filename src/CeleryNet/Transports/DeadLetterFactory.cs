using System.Globalization;
using System.Text.Json;
using CeleryNet.Protocol;

namespace CeleryNet.Transports;

/// <summary>Makes what a user sees of a dead letter.</summary>
internal static class DeadLetterFactory
{
    /// <summary>A dead letter that tells of itself in its headers; one that others put there has no reason and no time, or the broker's.</summary>
    public static DeadLetter OfEnvelope(string id, string queue, Envelope envelope) => Create(
        id,
        queue,
        envelope.Headers.GetString(DeadLetterHeaders.Reason) ?? envelope.Headers.GetString("x-first-death-reason") ?? "",
        ReadTime(envelope.Headers.GetString(DeadLetterHeaders.Time)),
        envelope);

    public static DeadLetter Create(string id, string queue, string reason, DateTimeOffset? time, Envelope envelope) => new()
    {
        Id = id,
        Queue = queue,
        Reason = reason,
        Time = time,
        TaskName = Text(envelope, HeaderNames.Task),
        TaskId = Text(envelope, HeaderNames.Id) is { } task ? new TaskId(task) : default(TaskId?),
        Headers = ReadHeaders(envelope.Headers),
        ContentType = envelope.ContentType,
        ContentEncoding = envelope.ContentEncoding,
        Body = envelope.Body,
    };

    public static DateTimeOffset? ReadTime(string? text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static string? Text(Envelope envelope, string name) => envelope.Headers.GetString(name) is { Length: > 0 } text ? text : null;

    private static Dictionary<string, JsonElement> ReadHeaders(MessageHeaders headers)
    {
        var read = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in headers)
        {
            if (!DeadLetterHeaders.IsAdded(name))
            {
                read[name] = HeaderJson.ToElement(value);
            }
        }

        return read;
    }
}
