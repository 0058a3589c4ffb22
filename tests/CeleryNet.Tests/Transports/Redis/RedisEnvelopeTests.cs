using System.Numerics;
using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.Tests.Vectors;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

public sealed class RedisEnvelopeTests
{
    private readonly RedisEnvelopeWriter _writer = new();

    public static TheoryData<string> Captured { get; } = Captures.Of(
        "basic/plain", "basic/kwargs", "basic/headers", "basic/unicode", "basic/nested", "protocol1/plain", "compression/gzip", "priority/priority-9", "serializers/pickle");

    [Theory]
    [MemberData(nameof(Captured))]
    public void Captured_message_is_read_with_all_it_says(string path)
    {
        var raw = Captures.Read(path).GetProperty("entries")[0].GetProperty("raw").GetString()!;
        var expected = JsonDocument.Parse(raw).RootElement;
        var properties = expected.GetProperty("properties");

        var message = Read(raw);

        message.Envelope.Body.ToArray().ShouldBe(expected.GetProperty("body").GetBytesFromBase64());
        message.Envelope.ContentType.ShouldBe(expected.GetProperty("content-type").GetString());
        message.Envelope.ContentEncoding.ShouldBe(expected.GetProperty("content-encoding").GetString());
        message.Envelope.CorrelationId.ShouldBe(properties.GetProperty("correlation_id").GetString());
        message.Envelope.ReplyTo.ShouldBe(properties.GetProperty("reply_to").GetString());
        message.Envelope.Priority.ShouldBe(properties.GetProperty("priority").GetInt32());
        message.Envelope.Persistent.ShouldBeTrue();
        message.Exchange.ShouldBe(properties.GetProperty("delivery_info").GetProperty("exchange").GetString());
        message.RoutingKey.ShouldBe(properties.GetProperty("delivery_info").GetProperty("routing_key").GetString());
        message.Redelivered.ShouldBeFalse();
        message.Envelope.Headers.Items.Select(item => item.Key).ShouldBe(expected.GetProperty("headers").EnumerateObject().Select(header => header.Name));
        message.Envelope.Headers.GetString("task").ShouldBe(expected.GetProperty("headers").TryGetProperty("task", out var task) ? task.GetString() : null);
    }

    [Theory]
    [MemberData(nameof(Captured))]
    public void Captured_message_is_written_again_as_it_was(string path)
    {
        var raw = Captures.Read(path).GetProperty("entries")[0].GetProperty("raw").GetString()!;
        var message = Read(raw);

        var written = JsonDocument.Parse(Write(message.Envelope, new Destination(message.Exchange!, message.RoutingKey!))).RootElement;

        // All but the tag, which is each copy's own; and the order of keys is kombu's.
        Without(written, "delivery_tag").ShouldBe(Without(JsonDocument.Parse(raw).RootElement, "delivery_tag"));
        var tag = written.GetProperty("properties").GetProperty("delivery_tag").GetString()!;
        tag.ShouldNotBeEmpty();
        raw.ShouldNotContain(tag);
    }

    [Fact]
    public void No_two_copies_have_one_tag_whoever_writes_them()
    {
        var envelope = new Envelope { Body = "body"u8.ToArray() };
        var destination = new Destination("", "q");
        var other = new RedisEnvelopeWriter();

        var tags = new[] { _writer.Write(envelope, destination), _writer.Write(envelope, destination), other.Write(envelope, destination), other.Write(envelope, destination) }
            .Select(element => JsonDocument.Parse(element).RootElement.GetProperty("properties").GetProperty("delivery_tag").GetString());

        tags.Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void A_message_is_written_whole_after_one_that_could_not_be_written_and_one_that_was_long()
    {
        var headers = new MessageHeaders();
        headers.Add("odd", new object());
        Should.Throw<CelerySerializationException>(() => Write(new Envelope { Body = default, Headers = headers }, new Destination("", "q")));
        Write(new Envelope { Body = new byte[200_000] }, new Destination("", "q"));

        var message = Read(Encoding.UTF8.GetString(Write(new Envelope { Body = "body"u8.ToArray() }, new Destination("", "q")).Span));

        Encoding.UTF8.GetString(message.Envelope.Body.Span).ShouldBe("body");
    }

    [Fact]
    public void Headers_have_the_kinds_of_values_json_has()
    {
        var headers = Read("""
            {"headers": {"n": null, "t": true, "f": false, "s": "é\n", "i": -5, "big": 123456789012345678901234567890, "d": 2.50, "e": 1e3,
             "l": [1, [2.0]], "m": {"a": {"b": []}}, "z": 9223372036854775808}, "properties": {}}
            """).Envelope.Headers;

        headers["n"].ShouldBeNull();
        headers["t"].ShouldBe(true);
        headers["f"].ShouldBe(false);
        headers["s"].ShouldBe("é\n");
        headers["i"].ShouldBe(-5L);
        headers["big"].ShouldBe(BigInteger.Parse("123456789012345678901234567890", System.Globalization.CultureInfo.InvariantCulture));
        headers["d"].ShouldBe(2.5);
        headers["e"].ShouldBe(1000.0);
        headers["l"].ShouldBeOfType<object?[]>()[0].ShouldBe(1L);
        headers["m"].ShouldBeOfType<Dictionary<string, object?>>()["a"].ShouldBeOfType<Dictionary<string, object?>>();
        headers["z"].ShouldBe(new BigInteger(9223372036854775808UL));
    }

    [Fact]
    public void Every_kind_of_header_is_written()
    {
        var headers = new MessageHeaders();
        headers.Add("int", 5);
        headers.Add("whole", 2.0);
        headers.Add("decimal", 1.10m);
        headers.Add("big", BigInteger.Pow(10, 30));
        headers.Add("bytes", "text"u8.ToArray());
        headers.Add("time", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)));

        Encoding.UTF8.GetString(Write(new Envelope { Body = default, Headers = headers }, new Destination("", "q")).Span).ShouldContain(
            """
            "headers":{"int":5,"whole":2.0,"decimal":1.10,"big":1000000000000000000000000000000,"bytes":"text","time":"2026-01-02T03:04:05.000000+02:00"}
            """);
    }

    [Fact]
    public void Header_json_cannot_carry_is_an_error_that_names_it()
    {
        var headers = new MessageHeaders();
        headers.Add("x-thing", new object());

        Should.Throw<CelerySerializationException>(() => Write(new Envelope { Body = default, Headers = headers }, new Destination("", "q")))
            .Message.ShouldContain("'x-thing'");
    }

    [Theory]
    [InlineData("""{"body": "W10=", "properties": {"body_encoding": "base64"}}""", "[]")]
    [InlineData("""{"properties": {"body_encoding": "base64"}, "body": "W10="}""", "[]")]
    [InlineData("""{"body": "W10\u003d", "properties": {"body_encoding": "base64"}}""", "[]")]
    [InlineData("""{"body": "[\"é\"]", "properties": {}}""", "[\"é\"]")]
    [InlineData("""{"body": "[]", "properties": {"body_encoding": "utf-8"}}""", "[]")]
    [InlineData("""{"body": "[]"}""", "[]")]
    [InlineData("""{"body": "", "properties": {"body_encoding": "base64"}}""", "")]
    [InlineData("""{"body": null, "properties": {"body_encoding": "base64"}}""", "")]
    [InlineData("""{}""", "")]
    public void Body_is_read_as_its_encoding_says(string raw, string body) => Encoding.UTF8.GetString(Read(raw).Envelope.Body.Span).ShouldBe(body);

    [Theory]
    [InlineData("""{"headers": {"redelivered": true}, "properties": {"delivery_info": {}}}""", true)]
    [InlineData("""{"headers": {}, "properties": {"delivery_info": {"redelivered": true}}}""", true)]
    [InlineData("""{"headers": {"redelivered": false}, "properties": {"delivery_info": {"redelivered": null}}}""", false)]
    [InlineData("""{"headers": null, "properties": null}""", false)]
    public void Either_mark_says_that_it_was_delivered_before(string raw, bool redelivered) => Read(raw).Redelivered.ShouldBe(redelivered);

    [Fact]
    public void Unknown_keys_and_odd_values_are_passed_over()
    {
        var message = Read("""
            {"x": [{"body": 1}], "body": ["no text"], "content-type": {"a": 1}, "properties": {"x": {"delivery_info": {}}, "priority": "high",
             "correlation_id": 5, "delivery_mode": 1, "delivery_info": [1]}, "y": {}}
            """);

        message.Envelope.Body.Length.ShouldBe(0);
        message.Envelope.ContentType.ShouldBeNull();
        message.Envelope.Priority.ShouldBeNull();
        message.Envelope.CorrelationId.ShouldBe("5");
        message.Envelope.Persistent.ShouldBeFalse();
        message.Exchange.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"body\": \"W10=\"")]
    [InlineData("{} {}")]
    [InlineData("""{"body": "%", "properties": {"body_encoding": "base64"}}""")]
    public void What_is_no_message_is_an_error_that_says_why(string raw)
        => Should.Throw<MalformedMessageException>(() => Read(raw)).Message.ShouldStartWith("The queue's entry cannot be read");

    public static TheoryData<string, object> PythonHeaders { get; } = new()
    {
        { "\"half \\ud83d\"", "half \ud83d" },
        { "NaN", double.NaN },
        { "-Infinity", double.NegativeInfinity },
        { """{"__type__": "datetime", "__value__": "2026-01-02T03:04:05+00:00"}""", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) },
        { """{"__type__": "decimal", "__value__": "12.340"}""", 12.340m },
        { """{"__type__": "uuid", "__value__": {"hex": "00112233445566778899aabbccddeeff"}}""", "00112233-4455-6677-8899-aabbccddeeff" },
    };

    [Theory]
    [MemberData(nameof(PythonHeaders), DisableDiscoveryEnumeration = true)]
    public void Headers_may_have_what_only_Python_has(string json, object value)
    {
        var message = Read($$$"""{"headers": {"x": {{{json}}}, "y": "NaN"}}""");

        message.Envelope.Headers["x"].ShouldBe(value);
        message.Envelope.Headers["y"].ShouldBe("NaN");
    }

    [Fact]
    public void What_only_Python_has_is_written_as_Python_does()
    {
        var headers = new MessageHeaders();
        headers.Add("half", "\ud83d");
        headers.Add("nan", double.NaN);
        headers.Add("inf", double.PositiveInfinity);

        Encoding.UTF8.GetString(Write(new Envelope { Body = default, Headers = headers }, new Destination("", "q")).Span)
            .Replace(" ", "", StringComparison.Ordinal).ShouldContain("""{"half":"\ud83d","nan":NaN,"inf":Infinity}""");
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_an_error()
        => Should.Throw<MalformedMessageException>(() => Read($"{{\"headers\": {{\"x\": {new string('[', 100)}{new string(']', 100)}}}}}"));

    private static RedisEnvelope Read(string raw) => RedisEnvelopeReader.Read(Encoding.UTF8.GetBytes(raw));

    private ReadOnlyMemory<byte> Write(Envelope envelope, Destination destination) => _writer.Write(envelope, destination);

    private static string Without(JsonElement element, string name)
    {
        var text = new StringBuilder();
        Append(element);
        return text.ToString();

        void Append(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                text.Append(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText().Replace(" ", "", StringComparison.Ordinal));
                return;
            }

            text.Append('{');
            foreach (var property in value.EnumerateObject().Where(property => property.Name != name))
            {
                text.Append(property.Name).Append(':');
                Append(property.Value);
                text.Append(';');
            }

            text.Append('}');
        }
    }
}
