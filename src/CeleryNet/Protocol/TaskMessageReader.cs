using System.Globalization;
using CeleryNet.Serialization;

namespace CeleryNet.Protocol;

/// <summary>Reads task messages of both protocols out of envelopes, and says exactly what is wrong with those it cannot read.</summary>
/// <param name="content">Which bodies are accepted, and how large.</param>
internal sealed class TaskMessageReader(ContentCodec content)
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
        var simple = headers is null || IsMap(body.Span) ? new SimpleBodyReader().Open(body, maxDepth) : null;
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
    public static TaskHeaders ReadHeaders(MessageHeaders headers)
    {
        var values = default(Values);
        foreach (var (name, value) in headers)
        {
            values.Set(name, value);
        }

        if (values.Task is not string { Length: > 0 } task)
        {
            throw new MalformedMessageException("The message's 'task' header must be the name of a task.");
        }

        if (values.Id is not string { Length: > 0 } id)
        {
            throw new MalformedMessageException($"The message for task '{task}' has no 'id' header.");
        }

        var (hard, soft) = ReadTimeLimits(values.TimeLimit);
        return new TaskHeaders(task, id)
        {
            Shadow = values.Shadow as string,
            Eta = ReadInstant(HeaderNames.Eta, values.Eta),
            Expires = ReadInstant(HeaderNames.Expires, values.Expires),
            GroupId = values.Group as string,
            GroupIndex = ReadInt(HeaderNames.GroupIndex, values.GroupIndex),
            Retries = ReadInt(HeaderNames.Retries, values.Retries) ?? 0,
            TimeLimit = hard,
            SoftTimeLimit = soft,
            RootId = ReadId(values.RootId),
            ParentId = ReadId(values.ParentId),
            ArgsRepr = values.ArgsRepr as string,
            KwargsRepr = values.KwargsRepr as string,
            Origin = values.Origin as string,
            IgnoreResult = values.IgnoreResult as bool?,
            StampedHeaders = values.StampedHeaders is object?[] { Length: > 0 } names ? [.. names.OfType<string>()] : null,
            Stamps = values.Stamps is Dictionary<string, object?> { Count: > 0 } stamps ? stamps : null,
            ReplacedTaskNesting = ReadInt(HeaderNames.ReplacedTaskNesting, values.ReplacedTaskNesting) ?? 0,
        };
    }

    private static bool IsMap(ReadOnlySpan<byte> json) => json.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    private static DateTimeOffset? ReadInstant(string name, object? value) => value switch
    {
        null => null,
        DateTimeOffset instant => instant,
        string text when IsoTimestamp.TryParse(text, out var instant) => instant,
        var other => throw new MalformedMessageException($"The header '{name}' must be an ISO 8601 instant or null, was '{other}'."),
    };

    private static int? ReadInt(string name, object? value) => value switch
    {
        null => null,
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        double number when number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue => (int)number,
        var other => throw new MalformedMessageException($"The header '{name}' must be an integer or null, was '{other}'."),
    };

    private static TaskId? ReadId(object? value) => value is string { Length: > 0 } id ? new TaskId(id) : default(TaskId?);

    // timelimit is [hard, soft], in seconds, either or all of it null.
    private static (TimeSpan? Hard, TimeSpan? Soft) ReadTimeLimits(object? value) => value switch
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

    /// <summary>The headers by name, as they came: to look for each name in all headers would take longer than all else here.</summary>
    private struct Values
    {
        public object? Task;
        public object? Id;
        public object? Shadow;
        public object? Eta;
        public object? Expires;
        public object? Group;
        public object? GroupIndex;
        public object? Retries;
        public object? TimeLimit;
        public object? RootId;
        public object? ParentId;
        public object? ArgsRepr;
        public object? KwargsRepr;
        public object? Origin;
        public object? IgnoreResult;
        public object? StampedHeaders;
        public object? Stamps;
        public object? ReplacedTaskNesting;

        // Of two with one name the last wins, as in Python.
        public void Set(string name, object? value)
        {
            switch (name)
            {
                case HeaderNames.Task: Task = value; break;
                case HeaderNames.Id: Id = value; break;
                case HeaderNames.Shadow: Shadow = value; break;
                case HeaderNames.Eta: Eta = value; break;
                case HeaderNames.Expires: Expires = value; break;
                case HeaderNames.Group: Group = value; break;
                case HeaderNames.GroupIndex: GroupIndex = value; break;
                case HeaderNames.Retries: Retries = value; break;
                case HeaderNames.TimeLimit: TimeLimit = value; break;
                case HeaderNames.RootId: RootId = value; break;
                case HeaderNames.ParentId: ParentId = value; break;
                case HeaderNames.ArgsRepr: ArgsRepr = value; break;
                case HeaderNames.KwargsRepr: KwargsRepr = value; break;
                case HeaderNames.Origin: Origin = value; break;
                case HeaderNames.IgnoreResult: IgnoreResult = value; break;
                case HeaderNames.StampedHeaders: StampedHeaders = value; break;
                case HeaderNames.Stamps: Stamps = value; break;
                case HeaderNames.ReplacedTaskNesting: ReplacedTaskNesting = value; break;
                default: break;
            }
        }
    }
}
