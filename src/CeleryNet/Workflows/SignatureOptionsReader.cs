using System.Globalization;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Workflows;

/// <summary>Reads the options of a signature. Options that are null are not set; those it does not know are kept.</summary>
internal static class SignatureOptionsReader
{
    /// <exception cref="MalformedMessageException">An option is not what it must be.</exception>
    public static SendOptions Read(ReadOnlyMemory<byte> json)
    {
        var options = SendOptions.Default;
        var workflow = new WorkflowOptions();
        string[] stamps = [];
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> unknown = [];
        foreach (var (name, value) in JsonParts.Members(json))
        {
            if (SignatureReader.First(value) == JsonTokenType.Null)
            {
                continue;
            }

            switch (name)
            {
                case OptionNames.TaskId: options = options with { TaskId = new TaskId(Text(name, value)) }; break;
                case OptionNames.Queue: options = options with { Queue = Text(name, value) }; break;
                case OptionNames.Exchange: options = options with { Exchange = Text(name, value) }; break;
                case OptionNames.RoutingKey: options = options with { RoutingKey = Text(name, value) }; break;
                case OptionNames.Priority: options = options with { Priority = Integer(name, value) }; break;
                case OptionNames.DeliveryMode: options = options with { DeliveryMode = Mode(name, value) }; break;
                case OptionNames.Serializer: options = options with { Serializer = Text(name, value) }; break;
                case OptionNames.Compression: options = options with { Compression = Text(name, value) }; break;
                case OptionNames.Retry: options = options with { Retry = Flag(name, value) }; break;
                case OptionNames.RetryPolicy: options = options with { RetryPolicy = Policy(value) }; break;
                case OptionNames.Countdown: options = options with { Countdown = Seconds(name, value) }; break;
                case OptionNames.Eta: options = options with { Eta = Instant(name, value) }; break;
                case OptionNames.Expires when SignatureReader.First(value) == JsonTokenType.Number: options = options with { ExpiresAfter = Seconds(name, value) }; break;
                case OptionNames.Expires: options = options with { ExpiresAt = Instant(name, value) }; break;
                case OptionNames.IgnoreResult: options = options with { IgnoreResult = Flag(name, value) }; break;
                case OptionNames.TimeLimit: options = options with { TimeLimit = Seconds(name, value) }; break;
                case OptionNames.SoftTimeLimit: options = options with { SoftTimeLimit = Seconds(name, value) }; break;
                case OptionNames.Shadow: options = options with { Shadow = Text(name, value) }; break;
                case OptionNames.ReplyTo: options = options with { ReplyTo = Text(name, value) }; break;
                case OptionNames.GroupId: options = options with { GroupId = Text(name, value) }; break;
                case OptionNames.GroupIndex: options = options with { GroupIndex = Integer(name, value) }; break;
                case OptionNames.RootId: options = options with { RootId = new TaskId(Text(name, value)) }; break;
                case OptionNames.ParentId: options = options with { ParentId = new TaskId(Text(name, value)) }; break;
                case OptionNames.Retries: options = options with { Retries = Integer(name, value) }; break;
                case OptionNames.Headers: options = options with { Headers = Map(name, value) }; break;
                case OptionNames.ArgsRepr: options = options with { ArgsRepr = Text(name, value) }; break;
                case OptionNames.KwargsRepr: options = options with { KwargsRepr = Text(name, value) }; break;
                case OptionNames.StampedHeaders: stamps = [.. JsonParts.Items(value).Select(item => Text(name, item))]; break;
                case OptionNames.Link: workflow = workflow with { Links = SignatureReader.ReadMany(value) }; break;
                case OptionNames.LinkError: workflow = workflow with { ErrorLinks = SignatureReader.ReadMany(value) }; break;
                case OptionNames.Chain: workflow = workflow with { Chain = SignatureReader.ReadMany(value) }; break;
                case OptionNames.Chord: workflow = workflow with { Chord = SignatureReader.ReadOne(value) }; break;
                default: unknown.Add(new(name, value)); break;
            }
        }

        if (stamps.Length > 0)
        {
            options = options with { Stamps = unknown.Where(pair => stamps.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => Element(pair.Value), StringComparer.Ordinal) };
            unknown.RemoveAll(pair => stamps.Contains(pair.Key));
        }

        workflow = workflow with { Unknown = unknown };
        return workflow.IsEmpty ? options : options with { Workflow = workflow };
    }

    private static string Text(string name, ReadOnlyMemory<byte> json)
    {
        var reader = Reader(json);
        return reader.TokenType == JsonTokenType.String ? PythonString.Read(ref reader) : throw Wrong(name, "a string", json);
    }

    private static int Integer(string name, ReadOnlyMemory<byte> json)
    {
        var reader = Reader(json);
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : throw Wrong(name, "an integer", json);
    }

    private static bool Flag(string name, ReadOnlyMemory<byte> json) => Reader(json).TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Wrong(name, "true or false", json),
    };

    private static DeliveryMode Mode(string name, ReadOnlyMemory<byte> json) => Reader(json).TokenType == JsonTokenType.String
        ? Text(name, json) switch
        {
            "transient" => DeliveryMode.Transient,
            "persistent" => DeliveryMode.Persistent,
            _ => throw Wrong(name, "1, 2, transient or persistent", json),
        }
        : Integer(name, json) switch
        {
            1 => DeliveryMode.Transient,
            2 => DeliveryMode.Persistent,
            _ => throw Wrong(name, "1, 2, transient or persistent", json),
        };

    private static TimeSpan Seconds(string name, ReadOnlyMemory<byte> json)
    {
        var reader = Reader(json);
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var seconds))
        {
            throw Wrong(name, "a number of seconds", json);
        }

        return seconds >= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue : TimeSpan.FromSeconds(seconds);
    }

    // A text, or the tag of kombu 5.3 and newer.
    private static DateTimeOffset Instant(string name, ReadOnlyMemory<byte> json)
    {
        var reader = Reader(json);
        if (reader.TokenType == JsonTokenType.StartObject && (!TypeTag.TryEnter(ref reader, out var type) || type != TypeTag.DateTime))
        {
            throw Wrong(name, "a date and time", json);
        }

        return reader.TokenType == JsonTokenType.String && IsoTimestamp.TryParse(PythonString.Read(ref reader), out var instant)
            ? instant
            : throw Wrong(name, "a date and time in ISO 8601", json);
    }

    private static Dictionary<string, JsonElement> Map(string name, ReadOnlyMemory<byte> json) => Reader(json).TokenType == JsonTokenType.StartObject
        ? JsonParts.Members(json).ToDictionary(pair => pair.Key, pair => Element(pair.Value), StringComparer.Ordinal)
        : throw Wrong(name, "an object", json);

    private static PublishRetryPolicy Policy(ReadOnlyMemory<byte> json)
    {
        var policy = new PublishRetryPolicy();
        if (Reader(json).TokenType != JsonTokenType.StartObject)
        {
            throw Wrong(OptionNames.RetryPolicy, "an object", json);
        }

        foreach (var (name, value) in JsonParts.Members(json))
        {
            var isNull = Reader(value).TokenType == JsonTokenType.Null;
            try
            {
                policy = name switch
                {
                    OptionNames.MaxRetries => policy with { MaxRetries = isNull ? null : Integer(name, value) },
                    OptionNames.IntervalStart when !isNull => policy with { IntervalStart = Seconds(name, value) },
                    OptionNames.IntervalStep when !isNull => policy with { IntervalStep = Seconds(name, value) },
                    OptionNames.IntervalMax when !isNull => policy with { IntervalMax = Seconds(name, value) },
                    // What kind of errors to retry on, by Python's classes, is for Python to know.
                    _ => policy,
                };
            }
            catch (ArgumentOutOfRangeException error)
            {
                throw new MalformedMessageException($"The option '{OptionNames.RetryPolicy}' of a signature is out of range: {error.Message}", error);
            }
        }

        return policy;
    }

    private static JsonElement Element(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static Utf8JsonReader Reader(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        return reader;
    }

    private static MalformedMessageException Wrong(string name, string rule, ReadOnlyMemory<byte> json) => new(string.Create(
        CultureInfo.InvariantCulture, $"The option '{name}' of a signature must be {rule}, was {Reader(json).TokenType}."));
}
