using CeleryNet.Client;
using CeleryNet.Protocol;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Transports;

/// <summary>What is promised of dead letters.</summary>
public abstract partial class TransportContract
{
    private protected IDeadLetters Letters => new DeadLetters(
        Transport.DeadLetters, new QueueCatalog(new CeleryOptions()), TimeSpan.FromSeconds(30), TimeProvider.System);

    [Fact]
    public async Task A_queue_without_dead_letters_has_none_to_list_replay_or_drop()
    {
        var queue = NewQueue().Name;

        (await Letters.CountAsync(queue, Token)).ShouldBe(0);
        (await ListAsync(queue)).ShouldBeEmpty();
        (await Letters.ReplayAsync(queue, "none", Token)).ShouldBeFalse();
        (await Letters.DropAsync(queue, "none", Token)).ShouldBeFalse();
        (await Letters.ReplayAllAsync(queue, cancellationToken: Token)).ShouldBe(0);
        (await Letters.DropAllAsync(queue, cancellationToken: Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Listed_dead_letter_tells_all_there_is_to_know()
    {
        var queue = NewQueue();
        var message = MessageFactory.Task("proj.unknown", "[2, 3]", headers: headers => headers.Add("tenant", "north"));
        await BuryAsync(queue, "no such task", message);

        var letter = (await ListAsync(queue.Name)).ShouldHaveSingleItem();

        letter.Id.ShouldNotBeNullOrEmpty();
        letter.Queue.ShouldBe(queue.Name);
        letter.Reason.ShouldBe("no such task");
        letter.Time.ShouldNotBeNull();
        letter.TaskName.ShouldBe("proj.unknown");
        letter.TaskId.ShouldNotBeNull().Value.ShouldBe(message.Headers.GetString("id"));
        letter.Headers["tenant"].GetString().ShouldBe("north");
        letter.Headers.Keys.ShouldBe(message.Headers.Items.Select(header => header.Key), ignoreOrder: true);
        letter.ContentType.ShouldBe("application/json");
        letter.ContentEncoding.ShouldBe("utf-8");
        letter.Body.ToArray().ShouldBe(message.Body.ToArray());
        letter.Size.ShouldBe(message.Body.Length);
    }

    [Fact]
    public async Task Listing_shows_the_oldest_first_up_to_the_limit_and_takes_nothing_away()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", [.. Enumerable.Range(0, 5).Select(number => MessageFactory.Text(Number(number)))]);

        (await ListAsync(queue.Name, limit: 3)).Select(TextOf).ShouldBe(["0", "1", "2"]);
        var first = await ListAsync(queue.Name);
        var second = await ListAsync(queue.Name);

        first.Select(TextOf).ShouldBe(["0", "1", "2", "3", "4"]);
        second.Select(letter => letter.Id).ShouldBe(first.Select(letter => letter.Id));
        first.Select(letter => letter.Id).Distinct().Count().ShouldBe(5);
        (await Letters.CountAsync(queue.Name, Token)).ShouldBe(5);
    }

    [Fact]
    public async Task More_dead_letters_than_a_page_are_listed_replayed_and_dropped()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", [.. Enumerable.Range(0, 250).Select(number => MessageFactory.Text(Number(number)))]);

        (await ListAsync(queue.Name, limit: 1000)).Select(TextOf).ShouldBe(Enumerable.Range(0, 250).Select(Number));
        (await Letters.ReplayAllAsync(queue.Name, letter => TextOf(letter).EndsWith('7'), Token)).ShouldBe(25);
        (await Letters.DropAllAsync(queue.Name, letter => TextOf(letter).EndsWith('3'), Token)).ShouldBe(25);

        var left = await ListAsync(queue.Name, limit: 1000);
        left.Select(TextOf).ShouldBe(Enumerable.Range(0, 250).Select(Number).Where(text => text[^1] is not ('7' or '3')));
    }

    [Fact]
    public async Task Lists_at_the_same_time_all_see_everything()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", [.. Enumerable.Range(0, 20).Select(number => MessageFactory.Text(Number(number)))]);
        var letters = Letters;

        var lists = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ListAsync(queue.Name, letters: letters)));

        foreach (var list in lists)
        {
            list.Select(TextOf).ShouldBe(Enumerable.Range(0, 20).Select(Number));
        }
    }

    [Fact]
    public async Task Replayed_message_comes_as_it_was_first_published()
    {
        var queue = NewQueue();
        var message = new Envelope
        {
            Body = new byte[] { 0, 255, 128, 10 },
            ContentType = "application/x-other",
            ContentEncoding = "binary",
            CorrelationId = "3f8a5d4e",
            ReplyTo = "reply-queue",
            Expiration = "3600000",
            Priority = 3,
            Headers = MessageFactory.Task("proj.unknown", headers: headers => headers.Add("tenant", "north")).Headers,
        };
        await BuryAsync(queue, "no such task", message);

        (await Letters.ReplayAsync(queue.Name, (await ListAsync(queue.Name)).Single().Id, Token)).ShouldBeTrue();

        var delivery = await ReadAsync(await ConsumeAsync(queue));
        var envelope = delivery.Envelope.ShouldNotBeNull(delivery.Unreadable);
        envelope.Body.ToArray().ShouldBe([0, 255, 128, 10]);
        HeaderText.Of(envelope.Headers).ShouldBe(HeaderText.Of(message.Headers));
        envelope.ContentType.ShouldBe("application/x-other");
        envelope.ContentEncoding.ShouldBe("binary");
        envelope.CorrelationId.ShouldBe("3f8a5d4e");
        envelope.ReplyTo.ShouldBe("reply-queue");
        envelope.Expiration.ShouldBe("3600000");
        envelope.Priority.ShouldBe(3);
        delivery.Queue.ShouldBe(queue.Name);
        (await Letters.CountAsync(queue.Name, Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Replaying_by_id_leaves_the_others()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", MessageFactory.Text("one"), MessageFactory.Text("two"), MessageFactory.Text("three"));
        var second = (await ListAsync(queue.Name))[1].Id;

        (await Letters.ReplayAsync(queue.Name, second, Token)).ShouldBeTrue();

        (await Letters.ReplayAsync(queue.Name, second, Token)).ShouldBeFalse();
        (await ListAsync(queue.Name)).Select(TextOf).ShouldBe(["one", "three"]);
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("two");
    }

    [Fact]
    public async Task Replaying_all_keeps_their_order()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", MessageFactory.Text("one"), MessageFactory.Text("two"), MessageFactory.Text("three"));

        (await Letters.ReplayAllAsync(queue.Name, cancellationToken: Token)).ShouldBe(3);

        var consumer = await ConsumeAsync(queue, prefetch: 3);
        string[] bodies = [BodyOf(await ReadAsync(consumer)), BodyOf(await ReadAsync(consumer)), BodyOf(await ReadAsync(consumer))];
        bodies.ShouldBe(["one", "two", "three"]);
        (await Letters.CountAsync(queue.Name, Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Replayed_message_that_fails_again_is_kept_again()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "first", MessageFactory.Text("one"));
        await Letters.ReplayAllAsync(queue.Name, cancellationToken: Token);
        var consumer = await ConsumeAsync(queue);
        await SettleAsync(await ReadAsync(consumer), Settlement.DeadLetter("second"));

        await EventuallyAsync(queue.Name, 1);

        (await ListAsync(queue.Name)).Single().Reason.ShouldBe("second");
    }

    [Fact]
    public async Task Messages_that_fail_again_at_once_are_not_replayed_again_by_the_same_call()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "first", [.. Enumerable.Range(0, 20).Select(number => MessageFactory.Text(Number(number)))]);
        var consumer = await ConsumeAsync(queue, prefetch: 10);
        var failing = FailAsync();

        (await Letters.ReplayAllAsync(queue.Name, cancellationToken: Token).WithinBound("the replay")).ShouldBe(20);

        await failing.WithinBound("the messages to fail again");
        await EventuallyAsync(queue.Name, 20);

        async Task FailAsync()
        {
            for (var i = 0; i < 20; i++)
            {
                await SettleAsync(await ReadAsync(consumer), Settlement.DeadLetter("second"));
            }
        }
    }

    [Fact]
    public async Task Replays_at_the_same_time_put_each_message_back_once()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", [.. Enumerable.Range(0, 150).Select(number => MessageFactory.Text(Number(number)))]);
        var letters = Letters;

        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => letters.ReplayAllAsync(queue.Name, cancellationToken: Token))));

        counts.Sum().ShouldBe(150);
        await PublishAsync(queue, MessageFactory.Text("end"));
        var consumer = await ConsumeAsync(queue, prefetch: 200);
        var bodies = new List<string>();
        while (bodies is not [.., "end"])
        {
            bodies.Add(BodyOf(await ReadAsync(consumer)));
        }

        bodies.Count.ShouldBe(151);
        bodies.Distinct().Count().ShouldBe(151);
    }

    [Fact]
    public async Task Dropping_by_id_or_choice_leaves_the_others()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", MessageFactory.Text("one"), MessageFactory.Text("two"), MessageFactory.Text("three"), MessageFactory.Text("four"));
        var letters = await ListAsync(queue.Name);

        (await Letters.DropAsync(queue.Name, letters[2].Id, Token)).ShouldBeTrue();
        (await Letters.DropAllAsync(queue.Name, letter => TextOf(letter) == "one", Token)).ShouldBe(1);

        (await ListAsync(queue.Name)).Select(TextOf).ShouldBe(["two", "four"]);
        (await Letters.DropAllAsync(queue.Name, cancellationToken: Token)).ShouldBe(2);
        (await Letters.CountAsync(queue.Name, Token)).ShouldBe(0);
        await PublishAsync(queue, MessageFactory.Text("next"));
        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("next");
    }

    [Fact]
    public async Task A_choice_that_throws_takes_nothing_more_away()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", MessageFactory.Text("one"), MessageFactory.Text("two"), MessageFactory.Text("three"));

        await Should.ThrowAsync<FormatException>(() => Letters.DropAllAsync(
            queue.Name, letter => TextOf(letter) == "two" ? throw new FormatException("no") : true, Token));

        await EventuallyAsync(queue.Name, 2);
        (await ListAsync(queue.Name)).Select(TextOf).ShouldBe(["two", "three"]);
    }

    [Fact]
    public async Task Replaying_to_a_queue_that_others_declared_with_arguments_works()
    {
        var queue = NewQueue(QueueSpec.Named(Names.Unique("contract")) with
        {
            Arguments = new Dictionary<string, object?> { ["x-max-priority"] = 10, ["x-message-ttl"] = 3_600_000 },
        });
        await BuryAsync(queue, "odd", MessageFactory.Text("one"));

        (await Letters.ReplayAllAsync(queue.Name, cancellationToken: Token)).ShouldBe(1);

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("one");
    }

    [Fact]
    public async Task Replaying_to_a_queue_that_is_gone_makes_it()
    {
        var queue = NewQueue();
        await BuryAsync(queue, "odd", MessageFactory.Text("one"));
        await Transport.DeleteQueueAsync(queue, Token);

        (await Letters.ReplayAllAsync(queue.Name, cancellationToken: Token)).ShouldBe(1);

        BodyOf(await ReadAsync(await ConsumeAsync(queue))).ShouldBe("one");
    }

    [Fact]
    public async Task Kept_copy_of_an_acknowledged_message_is_a_dead_letter_like_others()
    {
        var queue = NewQueue();
        await PublishAsync(queue, MessageFactory.Task("proj.add", "[1, 2]"));
        var consumer = await ConsumeAsync(queue);
        var delivery = await ReadAsync(consumer);
        await SettleAsync(delivery, Settlement.Ack);

        await delivery.KeepCopyAsync("it failed", Token).WithinBound("the copy");

        var letter = (await ListAsync(queue.Name)).ShouldHaveSingleItem();
        letter.Reason.ShouldBe("it failed");
        letter.TaskName.ShouldBe("proj.add");
        (await Letters.ReplayAsync(queue.Name, letter.Id, Token)).ShouldBeTrue();
        (await ReadAsync(consumer)).Envelope.ShouldNotBeNull().Headers.GetString("task").ShouldBe("proj.add");
    }

    private static string TextOf(DeadLetter letter) => System.Text.Encoding.UTF8.GetString(letter.Body.Span);

    private protected async Task<IReadOnlyList<DeadLetter>> ListAsync(string queue, int limit = 100, IDeadLetters? letters = null)
    {
        var found = new List<DeadLetter>();
        await foreach (var letter in (letters ?? Letters).ListAsync(queue, limit, Token))
        {
            found.Add(letter);
        }

        return found;
    }

    /// <summary>Publishes messages and moves them to the dead letters, one after the other, as a worker does that cannot run them.</summary>
    private protected async Task BuryAsync(QueueSpec queue, string reason, params Envelope[] messages)
    {
        var consumer = await ConsumeAsync(queue);
        foreach (var message in messages)
        {
            await PublishAsync(queue, message);
            await SettleAsync(await ReadAsync(consumer), Settlement.DeadLetter(reason));
        }

        await consumer.DisposeAsync();
        await EventuallyAsync(queue.Name, messages.Length);
    }

    // A broker may answer before a queue has all that was moved into it, or given back.
    private protected async Task EventuallyAsync(string queue, long count)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Token);
        bound.CancelAfter(Bound.Default);
        while (await Letters.CountAsync(queue, bound.Token) != count)
        {
            await Task.Yield();
        }
    }
}
