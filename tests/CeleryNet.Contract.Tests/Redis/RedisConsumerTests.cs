using System.Text;
using System.Text.Json;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using StackExchange.Redis;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>What consuming leaves in the keys that Python workers share.</summary>
public sealed class RedisConsumerTests : IAsyncLifetime
{
    private RedisSpace _space = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _space = await RedisSpace.CreateAsync();

    public async ValueTask DisposeAsync() => await _space.DisposeAsync();

    [Fact]
    public async Task Taken_message_is_recorded_as_kombu_records_it()
    {
        await _space.Database.ListLeftPushAsync(_space.List, RedisSpace.Envelope("their-tag", "[]"));
        var before = await _space.NowAsync();

        await RedisSpace.ReadAsync(await _space.ConsumeAsync());

        var record = (await _space.Database.HashGetAllAsync(_space.Unacked)).ShouldHaveSingleItem();
        var index = (await _space.Database.SortedSetRangeByRankWithScoresAsync(_space.Index)).ShouldHaveSingleItem();
        index.Element.ShouldBe(record.Name);
        index.Score.ShouldBeInRange(before, await _space.NowAsync());
        record.Value.ToString().ShouldBe($"[{RedisSpace.Envelope("their-tag", "[]")}, \"\", \"work\"]");
        (await _space.Database.KeyExistsAsync(_space.List)).ShouldBeFalse();
    }

    [Fact]
    public async Task Message_is_never_in_neither_the_list_nor_the_record()
    {
        const int Messages = 3_000;
        RedisValue[] elements = [.. Enumerable.Range(0, Messages).Select(i => (RedisValue)RedisSpace.Envelope($"tag-{i}", "[]"))];
        await _space.Database.ListLeftPushAsync(_space.List, elements);

        var consumer = await _space.ConsumeAsync(Messages);
        long held;
        do
        {
            var both = _space.Database.CreateTransaction();
            var waiting = both.ListLengthAsync(_space.List);
            var recorded = both.HashLengthAsync(_space.Unacked);
            var indexed = both.SortedSetLengthAsync(_space.Index);
            (await both.ExecuteAsync().WithinBound("a look at the keys")).ShouldBeTrue();
            held = await recorded;
            (await waiting + held).ShouldBe(Messages);
            (await indexed).ShouldBe(held);
        }
        while (held < Messages && !Token.IsCancellationRequested);

        (await RedisSpace.ReadAsync(consumer)).Envelope.ShouldNotBeNull();
    }

    [Fact]
    public async Task Settled_message_leaves_nothing_behind()
    {
        foreach (var body in new[] { "a", "b" })
        {
            await _space.PublishAsync(body);
        }

        var consumer = await _space.ConsumeAsync(2);
        await (await RedisSpace.ReadAsync(consumer)).SettleAsync(Settlement.Ack, Token);
        await (await RedisSpace.ReadAsync(consumer)).SettleAsync(Settlement.Reject, Token);

        await consumer.StopAsync(Token);
        (await _space.Database.KeyExistsAsync(_space.Unacked)).ShouldBeFalse();
        (await _space.Database.KeyExistsAsync(_space.Index)).ShouldBeFalse();
        (await _space.Database.KeyExistsAsync(_space.List)).ShouldBeFalse();
    }

    [Fact]
    public async Task Smaller_priorities_come_first_over_all_queues()
    {
        var other = QueueSpec.Named("other");
        foreach (var (queue, priority) in new[] { ("work", 9), ("other", 6), ("work", 5), ("other", 2), ("work", 0), ("other", 3) })
        {
            await _space.PublishAsync($"{queue} {priority}", priority, queue);
        }

        var consumer = await _space.ConsumeAsync(6, null, _space.Queue, other);
        var order = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            order.Add(RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)));
        }

        order.ShouldBe(["work 0", "other 2", "work 5", "other 3", "other 6", "work 9"]);
    }

    [Fact]
    public async Task Queue_with_a_backlog_does_not_starve_the_others()
    {
        for (var i = 0; i < 10; i++)
        {
            await _space.PublishAsync("busy");
        }

        await _space.PublishAsync("rare", queue: "other");
        var consumer = await _space.ConsumeAsync(1, null, _space.Queue, QueueSpec.Named("other"));

        var first = await RedisSpace.ReadAsync(consumer);
        await first.SettleAsync(Settlement.Ack, Token);

        RedisSpace.BodyOf(first).ShouldBe("busy");
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe("rare");
    }

    [Fact]
    public async Task Requeued_message_is_the_next_and_keeps_all_but_the_marks()
    {
        await _space.Database.ListLeftPushAsync(_space.List + "\u0006\u00163", RedisSpace.Envelope("one", "1", priority: 4));
        await _space.Database.ListLeftPushAsync(_space.List + "\u0006\u00163", RedisSpace.Envelope("two", "2", priority: 4));
        var consumer = await _space.ConsumeAsync();
        var delivery = await RedisSpace.ReadAsync(consumer);
        await consumer.StopAsync(Token);

        await delivery.SettleAsync(Settlement.Requeue, Token);

        var next = (await _space.Database.ListGetByIndexAsync(_space.List + "\u0006\u00163", -1)).ToString();
        next.ShouldBe(RedisSpace.Envelope("one", "1", priority: 4)
            .Replace("1.50}", "1.50, \"redelivered\": true}", StringComparison.Ordinal)
            .Replace("\"work\"}", "\"work\", \"redelivered\": true, \"delivery_count\": 0}", StringComparison.Ordinal));
        var again = await RedisSpace.ReadAsync(await _space.ConsumeAsync());
        RedisSpace.BodyOf(again).ShouldBe("1");
        again.Redelivered.ShouldBeTrue();
    }

    [Fact]
    public async Task Returned_messages_keep_their_order()
    {
        foreach (var body in new[] { "1", "2", "3", "4" })
        {
            await _space.PublishAsync(body);
        }

        var first = await _space.ConsumeAsync(3);
        await RedisSpace.ReadAsync(first);
        await first.DisposeAsync();

        var second = await _space.ConsumeAsync(4);
        for (var i = 1; i <= 4; i++)
        {
            RedisSpace.BodyOf(await RedisSpace.ReadAsync(second)).ShouldBe(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("not JSON at all")]
    [InlineData("[1, 2]")]
    [InlineData("{\"body\": \"%%\", \"properties\": {\"body_encoding\": \"base64\"}}")]
    public async Task Entry_that_is_no_message_is_delivered_as_unreadable_and_kept_as_it_was(string entry)
    {
        await _space.Database.ListLeftPushAsync(_space.List, entry);
        var delivery = await RedisSpace.ReadAsync(await _space.ConsumeAsync());
        delivery.Envelope.ShouldBeNull();
        delivery.Unreadable.ShouldNotBeNullOrEmpty();

        await delivery.SettleAsync(Settlement.DeadLetter("no message"), Token);

        using var letter = await DeadLetterAsync();
        letter.RootElement.GetProperty("reason").GetString().ShouldBe("no message");
        letter.RootElement.GetProperty("message").GetString().ShouldBe(entry);
        letter.RootElement.GetProperty("task").ValueKind.ShouldBe(JsonValueKind.Null);
        (await _space.Database.KeyExistsAsync(_space.Unacked)).ShouldBeFalse();
    }

    [Fact]
    public async Task Entry_that_is_not_even_text_is_kept_as_base64()
    {
        await _space.Database.ListLeftPushAsync(_space.List, new byte[] { 0xFF, 0x00, 0xFE });
        var delivery = await RedisSpace.ReadAsync(await _space.ConsumeAsync());

        await delivery.SettleAsync(Settlement.DeadLetter("no text"), Token);

        using var letter = await DeadLetterAsync();
        letter.RootElement.GetProperty("message_base64").GetBytesFromBase64().ShouldBe([0xFF, 0x00, 0xFE]);
    }

    [Fact]
    public async Task Dead_letter_says_what_it_was_and_when()
    {
        await _space.Database.ListLeftPushAsync(_space.List, RedisSpace.Envelope("tag", "[]"));
        var before = DateTimeOffset.UtcNow;
        var delivery = await RedisSpace.ReadAsync(await _space.ConsumeAsync());

        await delivery.SettleAsync(Settlement.DeadLetter("Task 'proj.add' is not registered."), Token);

        using var letter = await DeadLetterAsync();
        var root = letter.RootElement;
        root.GetProperty("queue").GetString().ShouldBe("work");
        root.GetProperty("task").GetString().ShouldBe("proj.add");
        root.GetProperty("id").GetString().ShouldBe("id-tag");
        root.GetProperty("message").GetString().ShouldBe(RedisSpace.Envelope("tag", "[]"));
        root.GetProperty("time").GetString().ShouldEndWith("+00:00");
        root.GetProperty("time").GetDateTimeOffset().ShouldBeInRange(before.AddMilliseconds(-1), DateTimeOffset.UtcNow);
        _space.Log.Lines.ShouldContain(line => line.EventId.Id == 1007 && line.Message.Contains("not registered"));
    }

    [Fact]
    public async Task Binding_is_written_as_kombu_writes_it()
    {
        await _space.ConsumeAsync(1, null, _space.Queue, new QueueSpec("topical", new ExchangeSpec("news", ExchangeSpec.Topic), "a.*.#"));

        (await _space.Database.SetMembersAsync(_space.Prefix + "_kombu.binding.work")).ShouldHaveSingleItem().ToString()
            .ShouldBe("work\u0006\u0016\u0006\u0016work");
        (await _space.Database.SetMembersAsync(_space.Prefix + "_kombu.binding.news")).ShouldHaveSingleItem().ToString()
            .ShouldBe("a.*.#\u0006\u0016^a\\..*?[^\\.]\\..*?$\u0006\u0016topical");
    }

    [Fact]
    public async Task Message_for_a_topic_reaches_each_queue_once_with_tags_of_their_own()
    {
        QueueSpec[] queues =
        [
            new("all", new ExchangeSpec("news", ExchangeSpec.Topic), "#"),
            new("sport", new ExchangeSpec("news", ExchangeSpec.Topic), "sport.*"),
            new("weather", new ExchangeSpec("news", ExchangeSpec.Topic), "weather.#"),
        ];
        var consumer = await _space.ConsumeAsync(4, null, queues);

        await _space.Transport.Publisher.PublishAsync(MessageFactory.Text("goal"), new Destination("news", "sport.ball"), Token);

        IDelivery[] both = [await RedisSpace.ReadAsync(consumer), await RedisSpace.ReadAsync(consumer)];
        both.Select(delivery => delivery.Queue).Order().ShouldBe(["all", "sport"]);
        var tags = (await _space.Database.HashValuesAsync(_space.Unacked)).Select(record =>
        {
            using var triple = JsonDocument.Parse(record.ToString());
            return triple.RootElement[0].GetProperty("properties").GetProperty("delivery_tag").GetString();
        });
        tags.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Message_no_queue_takes_is_an_error_only_if_it_must_be_taken()
    {
        var error = await Should.ThrowAsync<PublishException>(async () =>
            await _space.Transport.Publisher.PublishAsync(MessageFactory.Text("lost"), new Destination("nowhere", "key"), Token));
        error.Message.ShouldContain("'nowhere'");

        await _space.Transport.Publisher.PublishAsync(MessageFactory.Text("lost"), new Destination("nowhere", "key") { Mandatory = false }, Token);
    }

    [Fact]
    public async Task Key_of_another_type_refuses_the_message()
    {
        await _space.Database.StringSetAsync(_space.List, "a string");

        var error = await Should.ThrowAsync<PublishException>(() => _space.PublishAsync("refused"));

        error.Message.ShouldContain("WRONGTYPE");
    }

    [Fact]
    public async Task Broadcast_reaches_every_listener()
    {
        QueueSpec Listener(string name) => new(name, new ExchangeSpec("celery.pidbox", ExchangeSpec.Fanout), "");
        var one = await _space.ConsumeAsync(10, null, Listener("one.celery.pidbox"));
        var two = await _space.ConsumeAsync(10, _space.Create(), Listener("two.celery.pidbox"));

        await _space.Transport.Publisher.PublishAsync(MessageFactory.Text("ping"), new Destination("celery.pidbox", ""), Token);

        var heard = await RedisSpace.ReadAsync(one);
        RedisSpace.BodyOf(heard).ShouldBe("ping");
        heard.Queue.ShouldBe("one.celery.pidbox");
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(two)).ShouldBe("ping");
    }

    [Fact]
    public async Task Events_are_heard_by_the_pattern_of_their_keys()
    {
        var workers = await _space.ConsumeAsync(10, null, new QueueSpec("celeryev.1", new ExchangeSpec("celeryev", ExchangeSpec.Topic), "worker.#"));

        await _space.Transport.Publisher.PublishAsync(MessageFactory.Text("task"), new Destination("celeryev", "task.received"), Token);
        await _space.Transport.Publisher.PublishAsync(MessageFactory.Text("worker"), new Destination("celeryev", "worker.online"), Token);

        RedisSpace.BodyOf(await RedisSpace.ReadAsync(workers)).ShouldBe("worker");
    }

    [Fact]
    public async Task Scripts_the_server_has_forgotten_are_loaded_again()
    {
        await _space.PublishAsync("before");
        var consumer = await _space.ConsumeAsync();
        var first = await RedisSpace.ReadAsync(consumer);

        await _space.Database.ExecuteAsync("SCRIPT", "FLUSH");

        await first.SettleAsync(Settlement.Ack, Token);
        await _space.PublishAsync("after");
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe("after");
    }

    private async Task<JsonDocument> DeadLetterAsync()
    {
        var entry = await _space.Database.ListRightPopAsync(_space.List + ".dead-letters");
        return JsonDocument.Parse(Encoding.UTF8.GetBytes(entry.ToString()));
    }
}
