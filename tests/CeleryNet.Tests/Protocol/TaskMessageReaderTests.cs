using System.Globalization;
using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Tests.Vectors;

namespace CeleryNet.Tests.Protocol;

public sealed class TaskMessageReaderTests
{
    private static readonly TaskMessageReader _reader = Content.Reader();

    public static TheoryData<string, string> Files { get; } = [.. TaskVectors.Folders.SelectMany(TaskVectors.CasesOf, (folder, name) => (folder, name))];

    [Fact]
    public void Every_captured_file_has_an_expectation_and_every_expectation_its_files()
    {
        var all = ExpectedTask.Cases.Keys.Order(StringComparer.Ordinal).ToArray();
        string[] without = [.. all.Where(name => name != "stamped")];

        TaskVectors.CasesOf("celery-5.2.6/amqp/basic").ShouldBe(without);
        TaskVectors.CasesOf("celery-5.2.6/redis/basic").ShouldBe(without);
        TaskVectors.CasesOf("celery-5.6/redis/basic").ShouldBe(without);
        // Stamping came after 5.2, and was captured on one transport.
        TaskVectors.CasesOf("celery-5.6/amqp/basic").ShouldBe(all);
        Files.Count.ShouldBe(4 * without.Length + 1);
        Directory.GetFiles(TaskVectors.Root, "*.json", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "basic").Count().ShouldBe(Files.Count);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Captured_message_is_read_as_it_was_sent(string folder, string name)
    {
        var expected = ExpectedTask.Cases[name];
        var captured = TaskVectors.Read(folder, name);
        var messages = captured.Select(message => _reader.Read(message.Envelope)).ToArray();

        messages.Length.ShouldBe(expected.Args.Count);
        foreach (var (message, capture) in messages.Zip(captured))
        {
            ShouldSay(message.Headers, expected, capture.Headers);
            Json(message.Body.Kwargs).ShouldBe(Json(expected.Kwargs));
            PartsOf(message.Body.Embed).ShouldBe(expected.Embed);
            message.Envelope.ShouldBeSameAs(capture.Envelope);
            message.Envelope.CorrelationId.ShouldBe(message.Headers.Id.Value);
            message.Envelope.Expiration.ShouldBe(
                name == "expires-seconds" ? "3600000" : name == "expires-datetime" ? capture.Envelope.Expiration.ShouldNotBeNull() : null);

            // Redis carries a priority always, 0 if the caller gave none.
            message.Envelope.Priority.ShouldBe(expected.Priority ?? (folder.Contains("redis", StringComparison.Ordinal) ? 0 : null));
        }

        // Of a group the queue's order is not the calls'.
        messages.Select(message => Json(message.Body.Args)).Order(StringComparer.Ordinal).ShouldBe(expected.Args.Select(Json).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Stamps_are_read()
    {
        var headers = _reader.Read(TaskVectors.Read("celery-5.6/amqp/basic", "stamped")[0].Envelope).Headers;

        headers.StampedHeaders.ShouldBe(["stamp", "n"]);
        headers.Stamps.ShouldNotBeNull()["stamp"].ShouldBe("value");
        headers.Stamps["n"].ShouldBe(new object?[] { 1L, 2L });
        headers.ReplacedTaskNesting.ShouldBe(0);
    }

    [Fact]
    public void Header_that_is_no_table_of_stamps_is_somebodys_own_and_no_error()
    {
        var headers = _reader.Read(MessageFactory.Task("t", headers: each =>
        {
            each.Add("stamps", "mine");
            each.Add("stamped_headers", "mine");
            each.Add("replaced_task_nesting", 2L);
        })).Headers;

        (headers.Stamps, headers.StampedHeaders, headers.ReplacedTaskNesting).ShouldBe((null, null, 2));
    }

    [Theory]
    [InlineData("link", "tasks.mul", "callbacks")]
    [InlineData("link-error", "tasks.on_error", "errbacks")]
    [InlineData("chain3", "tasks.mul", "chain")]
    [InlineData("chord2", "tasks.xsum", "chord")]
    public void Embedded_part_is_the_signature_that_was_sent(string name, string task, string part)
    {
        foreach (var folder in TaskVectors.Folders)
        {
            foreach (var message in TaskVectors.Read(folder, name))
            {
                var embed = _reader.Read(message.Envelope).Body.Embed;
                var text = part switch { "callbacks" => embed.Callbacks, "errbacks" => embed.Errbacks, "chain" => embed.Chain, _ => embed.Chord };
                using var json = JsonDocument.Parse(text);
                var signature = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement[0] : json.RootElement;
                signature.GetProperty("task").GetString().ShouldBe(task);
            }
        }
    }

    [Fact]
    public void Instant_without_offset_is_utc()
    {
        foreach (var folder in TaskVectors.Folders)
        {
            var eta = _reader.Read(TaskVectors.Read(folder, "eta-naive")[0].Envelope).Headers.Eta;
            eta.ShouldNotBeNull().UtcDateTime.ShouldBe(new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        }
    }

    [Fact]
    public void Header_that_is_an_instant_already_is_taken()
    {
        // AMQP's header tables have a type for instants; other senders use it.
        var instant = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

        Read(headers => headers.Set("eta", instant)).Headers.Eta.ShouldBe(instant);
    }

    [Fact]
    public void Message_with_nothing_but_task_and_id_is_read()
    {
        var headers = new MessageHeaders();
        headers.Add("task", "t");
        headers.Add("id", "1");

        var message = _reader.Read(new Envelope { Body = "[[], {}, null]"u8.ToArray(), ContentType = "application/json", Headers = headers });

        message.Headers.ShouldBe(new TaskHeaders("t", "1"));
        message.Headers.DisplayName.ShouldBe("t");
        message.Body.Embed.IsEmpty.ShouldBeTrue();
    }

    public static TheoryData<string, object?, string> BadHeaders { get; } = new()
    {
        { "task", null, "The message has no 'task' header, and its body is no map with a task in it: it is no task message." },
        { "task", "", "The message's 'task' header must be the name of a task." },
        { "task", 5L, "The message's 'task' header must be the name of a task." },
        { "id", null, "The message for task 't' has no 'id' header." },
        { "id", "", "The message for task 't' has no 'id' header." },
        { "eta", "tomorrow", "The header 'eta' must be an ISO 8601 instant or null, was 'tomorrow'." },
        { "eta", 5L, "The header 'eta' must be an ISO 8601 instant or null, was '5'." },
        { "expires", "31.12.2030", "The header 'expires' must be an ISO 8601 instant or null, was '31.12.2030'." },
        { "retries", "2", "The header 'retries' must be an integer or null, was '2'." },
        { "retries", 3_000_000_000L, "The header 'retries' must be an integer or null, was '3000000000'." },
        { "retries", 1.5, "The header 'retries' must be an integer or null, was '1.5'." },
        { "group_index", true, "The header 'group_index' must be an integer or null, was 'True'." },
        { "timelimit", "60", "The header 'timelimit' must be a list [hard, soft] or null, was '60'." },
        { "timelimit", new object?[] { 60L }, "The header 'timelimit' must be a list [hard, soft] or null, was 'System.Object[]'." },
        { "timelimit", new object?[] { "60", null }, "The header 'timelimit' must hold seconds or null, was '60'." },
        { "timelimit", new object?[] { null, -1L }, "The header 'timelimit' must hold seconds or null, was '-1'." },
        {
            "compression",
            "application/x-bz2",
            "The body is compressed with 'application/x-bz2', which is not known here; known: brotli, gzip, zlib. "
                + "AddCompression() of the package CeleryNet.Compression adds bzip2, lzma and zstd."
        },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void Bad_header_is_named_with_its_rule_and_value(string name, object? value, string message)
        => Should.Throw<MalformedMessageException>(() => Read(headers => headers.Set(name, value))).Message.ShouldBe(message);

    [Theory]
    [InlineData("application/x-python-serialize", "utf-8", "The content type 'application/x-python-serialize' is not accepted here; accepted: 'application/json'.")]
    [InlineData(null, "utf-8", "The content type '(none)' is not accepted here; accepted: 'application/json'.")]
    public void Content_that_is_not_accepted_is_refused_before_the_body_is_looked_at(string? type, string encoding, string message)
    {
        var plain = MessageFactory.Task("t");
        var envelope = new Envelope { Body = "not json"u8.ToArray(), ContentType = type, ContentEncoding = encoding, Headers = plain.Headers };

        Should.Throw<MalformedMessageException>(() => _reader.Read(envelope)).Message.ShouldBe(message);
    }

    [Fact]
    public void Body_larger_than_allowed_is_refused()
    {
        var envelope = MessageFactory.Task("t");
        var exact = Content.Reader(maxSize: envelope.Body.Length);
        var small = Content.Reader(maxSize: envelope.Body.Length - 1);

        exact.Read(envelope).Headers.TaskName.ShouldBe("t");
        Should.Throw<MalformedMessageException>(() => small.Read(envelope)).Message
            .ShouldBe($"The body has {envelope.Body.Length} bytes; MaxBodySize allows {envelope.Body.Length - 1}.");
    }

    private static TaskMessage Read(Action<MessageHeaders> change) => _reader.Read(MessageFactory.Task("t", headers: change));

    private static void ShouldSay(TaskHeaders headers, ExpectedTask expected, JsonElement capture)
    {
        headers.TaskName.ShouldBe(expected.Task);
        headers.Id.Value.ShouldBe(expected.Id ?? capture.GetProperty("id").GetString());
        headers.RootId?.Value.ShouldBe(capture.GetProperty("root_id").GetString());
        headers.ParentId.ShouldBeNull();
        headers.Eta.ShouldBe(expected.EtaIsRelative ? InstantOf(capture, "eta") : expected.Eta);
        headers.Expires.ShouldBe(expected.ExpiresIsRelative ? InstantOf(capture, "expires") : expected.Expires);
        headers.Retries.ShouldBe(expected.Retries);
        headers.TimeLimit.ShouldBe(expected.TimeLimit);
        headers.SoftTimeLimit.ShouldBe(expected.SoftTimeLimit);
        headers.Shadow.ShouldBe(expected.Shadow);
        headers.DisplayName.ShouldBe(expected.Shadow ?? expected.Task);
        headers.IgnoreResult.ShouldBe(expected.IgnoreResult);
        headers.GroupId.ShouldBe(expected.IsInGroup ? capture.GetProperty("group").GetString().ShouldNotBeNull() : null);
        headers.GroupIndex.ShouldBe(capture.GetProperty("group_index") is { ValueKind: JsonValueKind.Number } index ? index.GetInt32() : null);
        headers.ArgsRepr.ShouldBe(capture.GetProperty("argsrepr").GetString());
        headers.KwargsRepr.ShouldBe(capture.GetProperty("kwargsrepr").GetString());
        headers.Origin.ShouldNotBeNull().ShouldStartWith("gen");
    }

    private static DateTimeOffset InstantOf(JsonElement headers, string name)
        => DateTimeOffset.Parse(headers.GetProperty(name).GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string[] PartsOf(TaskEmbed embed) =>
    [
        .. new[]
        {
            (ExpectedTask.Callbacks, embed.Callbacks), (ExpectedTask.Errbacks, embed.Errbacks), (ExpectedTask.Chain, embed.Chain), (ExpectedTask.Chord, embed.Chord),
        }.Where(part => !part.Item2.IsEmpty).Select(part => part.Item1),
    ];

    private static string Json(ReadOnlyMemory<byte> json) => Json(Encoding.UTF8.GetString(json.Span));

    // The same text for the same value: escapes and blanks gone, numbers as they are written.
    private static string Json(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(json));
}
