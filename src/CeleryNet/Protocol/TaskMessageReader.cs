using System.Globalization;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>Reads task messages of both protocols out of envelopes, and says exactly what is wrong with those it cannot read.</summary>
/// <param name="zone">The zone of instants that carry no offset (Celery's <c>timezone</c>).</param>
/// <param name="content">Which bodies are accepted, and how large.</param>
internal sealed class TaskMessageReader(TimeZoneInfo zone, ContentCodec content)
{
    // celery/worker/consumer/consumer.py create_task_handler: the header "task" tells protocol 2, a body that is a map with a task protocol 1.
    /// <exception cref="MalformedMessageException">It is not a task message this worker can read.</exception>
    public TaskMessage Read(Envelope envelope) => ReadBody(envelope, HasTaskHeader(envelope) ? ReadHeaders(envelope.Headers) : null);

    /// <summary>Reads what is missing once the headers were read.</summary>
    /// <param name="envelope">The message.</param>
    /// <param name="headers">Its headers; null when they are in the body, as in protocol 1.</param>
    /// <exception cref="MalformedMessageException">It is not a task message this worker can read.</exception>
    public TaskMessage ReadBody(Envelope envelope, TaskHeaders? headers)
    {
        var body = content.Decode(
            envelope.Body, envelope.ContentType, envelope.ContentEncoding, envelope.Headers.GetString(HeaderNames.Compression));
        var maxDepth = content.Limits.MaxDepth;
        var simple = headers is null || IsMap(body.Span) ? new SimpleBodyReader(zone).Open(body, maxDepth) : null;
        if (headers is not null && simple is not { HasArgs: true })
        {
            return new TaskMessage(headers, TaskBodyReader.Read(body, maxDepth), envelope);
        }

        return new TaskMessage(headers ?? simple!.ReadHeaders(), simple!.ReadBody(), envelope) { IsSimple = true };
    }

    /// <summary>Whether the headers tell the task, as in protocol 2.</summary>
    public static bool HasTaskHeader(Envelope envelope) => envelope.Headers.TryGet(HeaderNames.Task, out _);

    /// <summary>Reads only the headers: of a message whose body cannot be read they may still say which task waits for an answer.</summary>
    /// <exception cref="MalformedMessageException">They are not the headers of a task message.</exception>
    public TaskHeaders ReadHeaders(MessageHeaders headers)
    {
        if (headers.GetString(HeaderNames.Task) is not { Length: > 0 } task)
        {
            throw new MalformedMessageException("The message's 'task' header must be the name of a task.");
        }

        if (headers.GetString(HeaderNames.Id) is not { Length: > 0 } id)
        {
            throw new MalformedMessageException($"The message for task '{task}' has no 'id' header.");
        }

        var (hard, soft) = ReadTimeLimits(headers);
        return new TaskHeaders(task, id)
        {
            Shadow = headers.GetString(HeaderNames.Shadow),
            Eta = ReadInstant(headers, HeaderNames.Eta),
            Expires = ReadInstant(headers, HeaderNames.Expires),
            GroupId = headers.GetString(HeaderNames.Group),
            GroupIndex = ReadInt(headers, HeaderNames.GroupIndex),
            Retries = ReadInt(headers, HeaderNames.Retries) ?? 0,
            TimeLimit = hard,
            SoftTimeLimit = soft,
            RootId = ReadId(headers, HeaderNames.RootId),
            ParentId = ReadId(headers, HeaderNames.ParentId),
            ArgsRepr = headers.GetString(HeaderNames.ArgsRepr),
            KwargsRepr = headers.GetString(HeaderNames.KwargsRepr),
            Origin = headers.GetString(HeaderNames.Origin),
            IgnoreResult = headers[HeaderNames.IgnoreResult] as bool?,
            StampedHeaders = headers[HeaderNames.StampedHeaders] is object?[] { Length: > 0 } names ? [.. names.OfType<string>()] : null,
            Stamps = headers[HeaderNames.Stamps] is Dictionary<string, object?> { Count: > 0 } stamps ? stamps : null,
            ReplacedTaskNesting = ReadInt(headers, HeaderNames.ReplacedTaskNesting) ?? 0,
        };
    }

    private static bool IsMap(ReadOnlySpan<byte> json) => json.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    private DateTimeOffset? ReadInstant(MessageHeaders headers, string name) => headers[name] switch
    {
        null => null,
        DateTimeOffset instant => instant,
        string text when IsoTimestamp.TryParse(text, zone, out var instant) => instant,
        var other => throw new MalformedMessageException($"The header '{name}' must be an ISO 8601 instant or null, was '{other}'."),
    };

    private static int? ReadInt(MessageHeaders headers, string name) => headers[name] switch
    {
        null => null,
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        double number when number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue => (int)number,
        var other => throw new MalformedMessageException($"The header '{name}' must be an integer or null, was '{other}'."),
    };

    private static TaskId? ReadId(MessageHeaders headers, string name)
        => headers.GetString(name) is { Length: > 0 } id ? new TaskId(id) : default(TaskId?);

    // timelimit is [hard, soft], in seconds, either or all of it null.
    private static (TimeSpan? Hard, TimeSpan? Soft) ReadTimeLimits(MessageHeaders headers) => headers[HeaderNames.TimeLimit] switch
    {
        null => default,
        object?[] limits when limits.Length == 2 => (ReadSeconds(limits[0]), ReadSeconds(limits[1])),
        var other => throw new MalformedMessageException($"The header '{HeaderNames.TimeLimit}' must be a list [hard, soft] or null, was '{other}'."),
    };

    private static TimeSpan? ReadSeconds(object? value) => value switch
    {
        null => null,
        long seconds and >= 0 and < 10_000_000_000 => TimeSpan.FromSeconds(seconds),
        double seconds and >= 0 and < 10_000_000_000 => TimeSpan.FromSeconds(seconds),
        _ => throw new MalformedMessageException(
            string.Create(CultureInfo.InvariantCulture, $"The header '{HeaderNames.TimeLimit}' must hold seconds or null, was '{value}'.")),
    };
}
