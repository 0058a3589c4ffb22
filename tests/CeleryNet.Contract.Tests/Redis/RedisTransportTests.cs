using System.Text.Json;
using CeleryNet.Contract.Tests.Transports;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Redis;

public sealed class RedisTransportTests : TransportContract
{
    [Theory]
    [InlineData("not an envelope")]
    [InlineData("""{"body": "!", "properties": {"body_encoding": "base64"}}""")]
    [InlineData("žluťoučký \"\\ \u0001")]
    public async Task Unreadable_element_is_listed_and_replayed_as_it_was(string element)
    {
        var queue = NewQueue();
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.TransportDatabase);
        await BuryElementAsync(queue, element);

        var letter = (await ListAsync(queue.Name)).ShouldHaveSingleItem();

        letter.TaskName.ShouldBeNull();
        letter.TaskId.ShouldBeNull();
        letter.Headers.ShouldBeEmpty();
        letter.Reason.ShouldBe("odd");
        System.Text.Encoding.UTF8.GetString(letter.Body.Span).ShouldBe(element);
        (await Letters.ReplayAsync(queue.Name, letter.Id, Token)).ShouldBeTrue();
        ((string?)await database.ListRightPopAsync(queue.Name)).ShouldBe(element);
    }

    [Fact]
    public async Task Element_that_is_not_even_text_is_replayed_as_it_was()
    {
        var queue = NewQueue();
        byte[] element = [0xff, 0x00, 0xfe, 0x80];
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.TransportDatabase);
        await BuryElementAsync(queue, element);

        (await Letters.ReplayAllAsync(queue.Name, cancellationToken: Token)).ShouldBe(1);

        ((byte[]?)await database.ListRightPopAsync(queue.Name)).ShouldBe(element);
    }

    [Fact]
    public async Task Entry_that_somebody_else_put_there_counts_as_the_message()
    {
        var queue = NewQueue();
        await using var client = await RedisServer.ConnectSharedAsync();
        var database = client.GetDatabase(RedisServer.TransportDatabase);
        await database.ListLeftPushAsync(queue.Name + ".dead-letters", "[1, 2]");

        var letter = (await ListAsync(queue.Name)).ShouldHaveSingleItem();

        letter.Reason.ShouldBeEmpty();
        letter.Time.ShouldBeNull();
        (await Letters.ReplayAsync(queue.Name, letter.Id, Token)).ShouldBeTrue();
        ((string?)await database.ListRightPopAsync(queue.Name)).ShouldBe("[1, 2]");
    }

    [Fact]
    public async Task Replay_that_is_refused_leaves_the_dead_letter()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", MessageFactory.Text("one"));
        await using var client = await RedisServer.ConnectSharedAsync();
        await client.GetDatabase(RedisServer.TransportDatabase).StringSetAsync(queue.Name, "not a list");

        (await Should.ThrowAsync<PublishException>(() => Letters.ReplayAllAsync(queue.Name, cancellationToken: Token))).Message.ShouldContain("WRONGTYPE");

        (await Letters.CountAsync(queue.Name, Token)).ShouldBe(1);
    }

    private async Task BuryElementAsync(QueueSpec queue, RedisValue element)
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        await client.GetDatabase(RedisServer.TransportDatabase).ListLeftPushAsync(queue.Name, element);
        var consumer = await ConsumeAsync(queue);
        await SettleAsync(await ReadAsync(consumer), Settlement.DeadLetter("odd"));
        await consumer.DisposeAsync();
    }

    private protected override ValueTask<ITransport> CreateTransportAsync(Func<TransportOptions, TransportOptions>? tweak = null)
    {
        var options = new TransportOptions([BrokerUrl.Parse(TestBrokers.RedisDatabase(RedisServer.TransportDatabase))]);
        return new(new RedisTransport(tweak is null ? options : tweak(options), TimeProvider.System, new RecordingLogger()));
    }

    private protected override async ValueTask<DeadLetterContent> ReadDeadLetterAsync(string queue, CancellationToken cancellationToken)
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var entry = await client.GetDatabase(RedisServer.TransportDatabase).ListRightPopAsync(queue + ".dead-letters");
        using var letter = JsonDocument.Parse((string)entry!);
        var message = RedisEnvelopeReader.Read(System.Text.Encoding.UTF8.GetBytes(letter.RootElement.GetProperty("message").GetString()!));
        return new DeadLetterContent(letter.RootElement.GetProperty("reason").GetString()!, message.Envelope.Body);
    }
}
