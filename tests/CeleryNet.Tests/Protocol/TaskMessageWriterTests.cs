using System.Text;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Tests.Vectors;

namespace CeleryNet.Tests.Protocol;

public sealed class TaskMessageWriterTests
{
    private const string NoEmbed = """{"callbacks":null,"errbacks":null,"chain":null,"chord":null}""";

    private static readonly JsonSerializerOptions _json = CeleryJson.Complete(null);

    [Theory]
    [InlineData("celery-5.2.6/amqp/basic")]
    [InlineData("celery-5.2.6/redis/basic")]
    public void Plain_call_has_the_headers_celery_gives_it(string folder)
    {
        var captured = TaskVectors.Read(folder, "plain")[0].Headers;
        var writer = Content.Writer(_json, captured.GetProperty("origin").GetString()!);

        var written = writer.Write(Call(new SendOptions { IgnoreResult = false }, captured.GetProperty("id").GetString()!));

        written.Headers.Items.Select(item => $"{item.Key} = {JsonSerializer.Serialize(HeaderJson.ToElement(item.Value))}")
            .ShouldBe(captured.EnumerateObject().Select(header => $"{header.Name} = {JsonSerializer.Serialize(header.Value)}"));
    }

    [Theory]
    [InlineData("celery-5.6/amqp/basic")]
    [InlineData("celery-5.6/redis/basic")]
    public void What_celery_5_6_adds_comes_after_the_headers_we_write(string folder)
    {
        var names = TaskVectors.Read(folder, "plain")[0].Headers.EnumerateObject().Select(header => header.Name).ToArray();

        names.ShouldBe([.. Write(Call(new SendOptions { IgnoreResult = false })).Headers.Items.Select(item => item.Key), .. names[16..]]);
    }

    [Fact]
    public void Whether_the_result_is_ignored_is_left_to_the_worker_unless_the_call_says()
    {
        Write(Call()).Headers.Items.ShouldNotContain(item => item.Key == "ignore_result");
        Write(Call(new SendOptions { IgnoreResult = true })).Headers["ignore_result"].ShouldBe(true);
        Write(Call(new SendOptions { IgnoreResult = false })).Headers["ignore_result"].ShouldBe(false);
    }

    [Fact]
    public void Properties_say_how_to_read_the_body_and_where_replies_go()
    {
        var envelope = Write(Call(id: "my-own-id") with { Priority = 7, ReplyTo = "replies" });

        envelope.ContentType.ShouldBe("application/json");
        envelope.ContentEncoding.ShouldBe("utf-8");
        envelope.CorrelationId.ShouldBe("my-own-id");
        envelope.ReplyTo.ShouldBe("replies");
        envelope.Priority.ShouldBe(7);
        envelope.Expiration.ShouldBeNull();
        envelope.Persistent.ShouldBeTrue();
    }

    [Fact]
    public void Ids_of_message_root_and_parent_are_headers()
    {
        var headers = Write(Call(id: "me") with { RootId = "root", ParentId = "parent" }).Headers;

        headers["id"].ShouldBe("me");
        headers["root_id"].ShouldBe("root");
        headers["parent_id"].ShouldBe("parent");
    }

    [Fact]
    public void Body_is_args_kwargs_and_an_embed_without_parts()
    {
        TextOf(Write(Call())).ShouldBe($"[[2,3],{{}},{NoEmbed}]");
        TextOf(Write(Call() with { Args = [], Kwargs = [new("y", TaskValue.Of(3)), new("a", TaskValue.Null)] })).ShouldBe($$"""[[],{"y":3,"a":null},{{NoEmbed}}]""");
        TaskBodyReader.Read(Write(Call()).Body, 64).Embed.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Arguments_are_written_by_their_types()
    {
        var envelope = Write(Call() with
        {
            Args = [TaskValue.Of("é\n"), TaskValue.Of(2.0), TaskValue.Of(long.MaxValue), TaskValue.Of(true), TaskValue.Of<object?>(new[] { 1, 2 }), TaskValue.Of(new Pair(1, "x"))],
        });

        using var json = JsonDocument.Parse(envelope.Body);
        var args = json.RootElement[0];
        args[0].GetString().ShouldBe("é\n");
        args[1].GetRawText().ShouldBe("2.0");
        args[2].GetInt64().ShouldBe(long.MaxValue);
        args[3].GetBoolean().ShouldBeTrue();
        args[4].GetRawText().ShouldBe("[1,2]");
        args[5].GetRawText().ShouldBe("""{"left_side":1,"right":"x"}""");
    }

    [Theory]
    [InlineData("2031-02-03T04:05:06.7890120+00:00", "2031-02-03T04:05:06.789012+00:00")]
    [InlineData("2031-02-03T04:05:06.0000010+00:00", "2031-02-03T04:05:06.000001+00:00")]
    [InlineData("2031-02-03T04:05:06.7890129+00:00", "2031-02-03T04:05:06.789012+00:00")]
    [InlineData("2031-02-03T04:05:06.5+02:00", "2031-02-03T04:05:06.500000+02:00")]
    [InlineData("2031-02-03T04:05:06+00:00", "2031-02-03T04:05:06+00:00")]
    public void Instants_have_an_offset_and_six_digits_or_none(string instant, string expected)
    {
        var at = DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);

        var headers = Write(Call() with { Eta = at, Expires = at }).Headers;

        headers["eta"].ShouldBe(expected);
        headers["expires"].ShouldBe(expected);
    }

    [Theory]
    [InlineData(3_600_000.0, "3600000")]
    [InlineData(0.9, "0")]
    [InlineData(-5000.0, "0")]
    [InlineData(4_294_967_295.0, "4294967295")]
    [InlineData(4_294_967_296.0, null)]
    public void Time_to_live_is_whole_milliseconds_as_far_as_a_broker_takes_them(double milliseconds, string? expiration)
        => Write(Call() with { TimeToLive = TimeSpan.FromMilliseconds(milliseconds) }).Expiration.ShouldBe(expiration);

    [Fact]
    public void Time_limits_are_hard_then_soft_in_seconds()
    {
        var both = new SendOptions { TimeLimit = TimeSpan.FromSeconds(60), SoftTimeLimit = TimeSpan.FromSeconds(50.5) };

        Write(Call(both)).Headers["timelimit"].ShouldBeOfType<object?[]>().ShouldBe([60L, 50.5]);
        Write(Call(both with { TimeLimit = null })).Headers["timelimit"].ShouldBeOfType<object?[]>().ShouldBe([null, 50.5]);
        Write(Call()).Headers["timelimit"].ShouldBeOfType<object?[]>().ShouldBe([null, null]);
    }

    [Fact]
    public void Own_headers_replace_those_of_their_names_and_follow_the_others()
    {
        var plain = Write(Call()).Headers.Items.Select(item => item.Key).ToArray();
        var own = new Dictionary<string, JsonElement>
        {
            ["x-custom"] = JsonSerializer.SerializeToElement("v"),
            ["shadow"] = JsonSerializer.SerializeToElement("mine"),
            ["n"] = JsonSerializer.SerializeToElement(5),
        };

        var headers = Write(Call(new SendOptions { Headers = own, Shadow = "theirs" })).Headers;

        headers.Items.Select(item => item.Key).ShouldBe([.. plain, "x-custom", "n"]);
        headers["shadow"].ShouldBe("mine");
        headers["x-custom"].ShouldBe("v");
        headers["n"].ShouldBe(5L);
    }

    [Fact]
    public void Texts_shown_for_arguments_can_be_given()
    {
        var headers = Write(Call(new SendOptions { ArgsRepr = "<hidden>", KwargsRepr = "<hidden2>" }) with { Kwargs = [new("key", TaskValue.Of("secret"))] }).Headers;

        headers["argsrepr"].ShouldBe("<hidden>");
        headers["kwargsrepr"].ShouldBe("<hidden2>");
    }

    [Fact]
    public void Texts_shown_for_arguments_are_pythons_of_the_written_json()
    {
        var headers = Write(Call() with
        {
            Args = [TaskValue.Of("it's"), TaskValue.Null],
            Kwargs = [new("y", TaskValue.Of(true)), new("z", TaskValue.Of(2.0))],
        }).Headers;

        headers["argsrepr"].ShouldBe(@"('it\'s', None)");
        headers["kwargsrepr"].ShouldBe("{'y': True, 'z': 2.0}");
    }

    [Fact]
    public void Sensitive_values_are_sent_and_not_shown()
    {
        var envelope = Write(Call() with
        {
            Args = [TaskValue.Of("alice"), TaskValue.Sensitive("pass'word"), TaskValue.Of(2.0)],
            Kwargs = [new("pin", TaskValue.Sensitive(new[] { 1234 })), new("ключ", TaskValue.Of(1)), new("none", TaskValue.Sensitive<string?>(null))],
        });

        envelope.Headers["argsrepr"].ShouldBe("('alice', '***', 2.0)");
        envelope.Headers["kwargsrepr"].ShouldBe("{'pin': '***', 'ключ': 1, 'none': '***'}");
        var body = Encoding.UTF8.GetString(envelope.Body.Span);
        body.ShouldContain("1234");
        body.ShouldContain("word");
    }

    [Fact]
    public void All_is_hidden_where_the_sensitive_value_cannot_be_told_from_the_others()
    {
        var hidden = ArgumentMask.Args("[1, oops, \"secret\"]"u8.ToArray(), place => place == 2);

        Encoding.UTF8.GetString(hidden).ShouldBe("[\"***\"]");
        Encoding.UTF8.GetString(ArgumentMask.Kwargs("{\"a\": oops}"u8.ToArray(), _ => false)).ShouldBe("{\"***\":\"***\"}");
    }

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, false)]
    public void Body_is_as_deep_as_a_reader_with_the_same_limits_takes_it(int depth, bool isSent)
    {
        using var value = JsonDocument.Parse(new string('[', depth) + new string(']', depth), new JsonDocumentOptions { MaxDepth = 100 });
        var call = Call() with { Args = [TaskValue.Of(value.RootElement)] };

        if (isSent)
        {
            Content.Reader().Read(Write(call)).Body.Args.Length.ShouldBe((2 * depth) + 2);
        }
        else
        {
            Should.Throw<CelerySerializationException>(() => Write(call)).Message.ShouldContain("nested deeper than the 64 levels that MaxDepth allows");
        }
    }

    [Fact]
    public void Element_that_was_read_from_more_than_json_is_refused()
    {
        using var value = JsonDocument.Parse("[1, /* two */ 3,]", new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });

        Should.Throw<CelerySerializationException>(() => Write(Call() with { Args = [TaskValue.Of(value.RootElement)] }))
            .Message.ShouldStartWith("The arguments of task 'tasks.add' cannot be written as JSON: ");
    }

    [Fact]
    public void Body_larger_than_allowed_is_an_error_that_says_what_to_do()
    {
        var size = Write(Call()).Body.Length;
        Content.Writer(_json, maxSize: size).Write(Call()).Body.Length.ShouldBe(size);

        Should.Throw<CelerySerializationException>(() => Content.Writer(_json, maxSize: size - 1).Write(Call())).Message.ShouldBe(
            $"The arguments of task 'tasks.add' cannot be sent: the body takes {size} bytes; MaxBodySize allows {size - 1}. Store large data elsewhere and send a reference to it.");
    }

    public static TheoryData<string> Unwritable { get; } = ["a cycle", "a type", "a getter that refuses"];

    [Theory]
    [MemberData(nameof(Unwritable))]
    public void Argument_that_cannot_be_written_is_an_error_that_names_the_task(string what)
    {
        var cycle = new Node();
        cycle.Next = cycle;
        TaskValue value = what switch { "a cycle" => TaskValue.Of(cycle), "a type" => TaskValue.Of(typeof(int)), _ => TaskValue.Of(new Refusing()) };

        var error = Should.Throw<CelerySerializationException>(() => Write(Call() with { Args = [value] }));

        error.Message.ShouldStartWith("The arguments of task 'tasks.add' cannot be written as JSON: ");
        error.InnerException.ShouldNotBeNull();
        Should.Throw<CelerySerializationException>(() => Write(Call() with { Kwargs = [new("k", value)] })).Message.ShouldBe(error.Message);
    }

    [Fact]
    public void Stamps_are_written_as_celery_5_6_writes_them()
    {
        var captured = TaskVectors.Read("celery-5.6/amqp/basic", "stamped")[0].Headers;
        var stamps = captured.GetProperty("stamps").EnumerateObject().ToDictionary(stamp => stamp.Name, stamp => stamp.Value);

        var written = Write(Call(new SendOptions { Stamps = stamps })).Headers;

        foreach (var name in new[] { "stamped_headers", "stamps" })
        {
            JsonSerializer.Serialize(HeaderJson.ToElement(written[name])).ShouldBe(JsonSerializer.Serialize(captured.GetProperty(name)));
        }
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        var call = Call(new SendOptions { TimeLimit = TimeSpan.FromSeconds(1.5), Shadow = "s" }) with
        {
            Eta = new DateTimeOffset(2031, 1, 2, 3, 4, 5, TimeSpan.Zero),
            RootId = "root",
            ParentId = "parent",
        };

        var message = Content.Reader().Read(Write(call));

        message.Headers.ShouldBe(new TaskHeaders("tasks.add", "id-1")
        {
            Shadow = "s",
            Eta = call.Eta,
            TimeLimit = TimeSpan.FromSeconds(1.5),
            RootId = "root",
            ParentId = "parent",
            ArgsRepr = "(2, 3)",
            KwargsRepr = "{}",
            Origin = "gen1@test",
        });
        Encoding.UTF8.GetString(message.Body.Args.Span).ShouldBe("[2,3]");
    }

    private static TaskCall Call(SendOptions? options = null, string id = "id-1")
        => new("tasks.add", id, [TaskValue.Of(2), TaskValue.Of(3)], [], options ?? SendOptions.Default) { RootId = id, ReplyTo = "" };

    [Fact]
    public void Call_may_choose_its_compression_and_its_serializer()
    {
        var compressed = Write(Call() with { Options = new SendOptions { Serializer = "json", Compression = "gzip" } });

        compressed.Headers["compression"].ShouldBe("application/x-gzip");
        compressed.Body.Span[..2].ToArray().ShouldBe([0x78, 0x9c]);
        Content.Reader().Read(compressed).Body.Args.Length.ShouldBeGreaterThan(2);
        Should.Throw<CeleryConfigurationException>(() => Write(Call() with { Options = new SendOptions { Serializer = "yaml" } }))
            .Message.ShouldContain("Serializer names the serializer 'yaml', which is not known; known: json.");
        Should.Throw<CeleryConfigurationException>(() => Write(Call() with { Options = new SendOptions { Compression = "zstd" } }))
            .Message.ShouldContain("Compression names the compression 'zstd', which is not known");
    }

    private static Envelope Write(TaskCall call) => Content.Writer(_json).Write(call);

    private static string TextOf(Envelope envelope) => Encoding.UTF8.GetString(envelope.Body.Span);

    private sealed record Pair(int LeftSide, string Right);

    private sealed class Node
    {
        public Node? Next { get; set; }
    }

    private sealed class Refusing
    {
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "The serializer reads instances.")]
        public int Value => throw new InvalidOperationException("Not now.");
    }
}
