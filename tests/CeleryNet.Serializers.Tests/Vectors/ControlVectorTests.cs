using System.Globalization;
using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>Requests to workers and what they answer.</summary>
public sealed class ControlVectorTests
{
    private const string Exchange = "celery.pidbox";
    private const string ReplyExchange = "reply.celery.pidbox";
    private const string Node = "w1@wirehost";

    private static readonly RedisKeys _keys = new(new TransportOptions([]), 0);

    [Theory]
    [VectorData(VectorKind.AmqpControl)]
    public void Request_over_amqp_and_its_replies_are_read(string file)
    {
        var vector = VectorFiles.Read(file);
        var call = ControlCall.For(VectorFiles.NameOf(file));
        var request = CapturedMessage.OfAmqp(vector.GetProperty("broadcast").EnumerateArray().ShouldHaveSingleItem());

        var ticket = ShouldAsk(request, call);
        var replies = vector.GetProperty("replies").EnumerateArray().Select(CapturedMessage.OfAmqp).ToArray();
        replies.Length.ShouldBe(ticket is null ? 0 : 1);
        foreach (var reply in replies)
        {
            reply.Exchange.ShouldBe(ReplyExchange);
            reply.RoutingKey.ShouldBe(ReplyKeyOf(request.Envelope));
            ShouldAnswer(reply.Envelope, ticket, call);
        }
    }

    [Theory]
    [VectorData(VectorKind.RedisControl)]
    public void Request_over_redis_and_its_replies_are_read(string file)
    {
        var vector = VectorFiles.Read(file);
        var call = ControlCall.For(VectorFiles.NameOf(file));
        var published = vector.GetProperty("published").EnumerateArray().ShouldHaveSingleItem();
        var request = CapturedMessage.OfRedis(published[1].GetString()!);

        published[0].GetString().ShouldBe(_keys.FanoutChannel(Exchange, ""));
        var ticket = ShouldAsk(request, call);
        var replies = RedisCommand.ReadAll(vector.GetProperty("reply_commands"));
        replies.Count.ShouldBe(ticket is null ? 0 : 1);
        foreach (var reply in replies)
        {
            reply.Head.ShouldBe($"LPUSH {ReplyKeyOf(request.Envelope)}.{ReplyExchange}");
            var message = CapturedMessage.OfRedis(reply.Words[2]);
            message.Exchange.ShouldBe(ReplyExchange);
            message.RoutingKey.ShouldBe(ReplyKeyOf(request.Envelope));
            ShouldAnswer(message.Envelope, ticket, call);

            // What Python's caller was given: replies in a list from a broadcast, one map from an inspection.
            var returned = vector.GetProperty("decoded_return");
            if (returned.ValueKind != JsonValueKind.Null)
            {
                Meaning.Of(returned.ValueKind == JsonValueKind.Array ? returned[0] : returned).ShouldBe(Meaning.Of(message.Envelope.Body));
            }
        }
    }

    [Theory]
    [VectorData(VectorKind.RedisControlCommands)]
    public void Client_that_waits_for_replies_declares_a_queue_and_takes_it_away_again(string file)
    {
        var commands = RedisCommand.ReadAll(VectorFiles.Read(file).GetProperty("lines"));
        var request = CapturedMessage.OfRedis(commands.Single(command => command.Head == $"PUBLISH {_keys.FanoutChannel(Exchange, "")}").Words[2]);
        var queue = $"{ReplyKeyOf(request.Envelope)}.{ReplyExchange}";

        ShouldAsk(request, ControlCall.For("ping")).ShouldNotBeNull();
        // The wait may begin before or after the reply has come.
        foreach (var between in new[] { "LPUSH", "BRPOP" })
        {
            string[] order = ["SADD", "PUBLISH", between, "SREM"];
            commands.Select(command => command.Name).Where(order.Contains).Distinct().ShouldBe(order);
        }

        commands.Single(command => command.Name == "SADD").Words.Skip(1)
            .ShouldBe([_keys.Bindings(ReplyExchange), string.Join(_keys.Separator, ReplyKeyOf(request.Envelope), "", queue)]);
        commands.First(command => command.Name == "BRPOP").Words.Skip(1).SkipLast(1).ShouldBe(new ClaimOrder(_keys, [queue]).Lists);
        ShouldAnswer(CapturedMessage.OfRedis(commands.Single(command => command.Name == "LPUSH").Words[2]).Envelope, TicketOf(request.Envelope), ControlCall.For("ping"));
    }

    internal static JsonElement RequestOf(Envelope envelope)
    {
        using var body = JsonDocument.Parse(envelope.Body);
        return body.RootElement.Clone();
    }

    // Gives the ticket; null when no reply is wanted.
    private static string? ShouldAsk(CapturedMessage message, ControlCall call)
    {
        message.Exchange.ShouldBe(Exchange);
        message.RoutingKey.ShouldBe("");
        var envelope = message.Envelope;
        envelope.ContentType.ShouldBe("application/json");
        envelope.Persistent.ShouldBeTrue();
        envelope.Priority.ShouldBe(0);
        envelope.Headers.Items.Select(header => header.Key).ShouldBe(["clock", "expires"]);
        envelope.Headers["clock"].ShouldBeOfType<long>().ShouldBePositive();
        envelope.Headers["expires"].ShouldBeOfType<double>().ShouldBeInRange(1_795_540_000, 1_795_550_000);

        var request = RequestOf(envelope);
        request.GetProperty("method").GetString().ShouldBe(call.Method);
        var arguments = request.GetProperty("arguments");
        if (call.Arguments is { } expected)
        {
            Meaning.Of(arguments).ShouldBe(Meaning.OfJson(expected));
        }
        else
        {
            // The id of the task that was run before.
            Guid.TryParse(arguments.GetProperty("ids").EnumerateArray().ShouldHaveSingleItem().GetString(), out _).ShouldBeTrue();
        }

        Meaning.Of(request.GetProperty("destination")).ShouldBe(Meaning.OfJson(call.Destination));
        request.GetProperty("pattern").ValueKind.ShouldBe(JsonValueKind.Null);
        request.GetProperty("matcher").ValueKind.ShouldBe(JsonValueKind.Null);
        var ticket = TicketOf(envelope);
        (ticket is not null).ShouldBe(call.WantsReply);
        request.TryGetProperty("reply_to", out var replyTo).ShouldBe(call.WantsReply);
        if (call.WantsReply)
        {
            replyTo.GetProperty("exchange").GetString().ShouldBe(ReplyExchange);
        }

        return ticket;
    }

    private static void ShouldAnswer(Envelope envelope, string? ticket, ControlCall call)
    {
        envelope.ContentType.ShouldBe("application/json");
        envelope.Persistent.ShouldBeFalse();
        envelope.Headers.GetString("ticket").ShouldBe(ticket);
        envelope.Headers["clock"].ShouldBeOfType<long>().ShouldBePositive();
        var answer = RequestOf(envelope).EnumerateObject().ShouldHaveSingleItem();
        answer.Name.ShouldBe(Node);
        if (call.Answer is { } expected)
        {
            Meaning.Of(answer.Value).ShouldBe(Meaning.OfJson(expected));
        }

        call.Check?.Invoke(answer.Value);
    }

    private static string? TicketOf(Envelope request) => RequestOf(request).TryGetProperty("ticket", out var ticket) ? ticket.GetString() : null;

    private static string ReplyKeyOf(Envelope request)
        => string.Create(CultureInfo.InvariantCulture, $"{RequestOf(request).GetProperty("reply_to").GetProperty("routing_key").GetString()}");
}
