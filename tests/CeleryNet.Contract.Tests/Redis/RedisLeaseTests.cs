using System.Text.Json;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>Who holds a message, and what becomes of those that nobody holds any more.</summary>
public sealed class RedisLeaseTests : IAsyncLifetime
{
    private RedisSpace _space = null!;
    private RedisConnection? _connection;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _space = await RedisSpace.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        await _space.DisposeAsync();
    }

    [Fact]
    public async Task Abandoned_messages_come_again_marked_as_redelivered()
    {
        await _space.AbandonAsync("older", "1", score: 100);
        await _space.AbandonAsync("younger", "2", score: 200);

        var consumer = await _space.ConsumeAsync(2);

        IDelivery[] both = [await RedisSpace.ReadAsync(consumer), await RedisSpace.ReadAsync(consumer)];
        both.Select(RedisSpace.BodyOf).Order().ShouldBe(["1", "2"]);
        both.ShouldAllBe(delivery => delivery.Redelivered);
        (await _space.Database.HashExistsAsync(_space.Unacked, "older")).ShouldBeFalse();
        (await _space.Database.SortedSetScoreAsync(_space.Index, "older")).ShouldBeNull();
        await _space.Log.WaitForAsync(line => line.EventId.Id == 1004 && line.Message.Contains("2 messages"), "the restore to be logged");
    }

    [Fact]
    public async Task Restored_message_goes_to_the_list_of_its_priority_with_all_its_keys()
    {
        await _space.AbandonAsync("tag", "[]", score: 100, priority: 7);

        (await Restorer().RestoreAsync(Token)).ShouldBe(1);

        var element = (await _space.Database.ListGetByIndexAsync(_space.List + "\u0006\u00166", 0)).ToString();
        element.ShouldContain("123456789012345678901234567890");
        element.ShouldContain("1.50");
        element.ShouldContain("\"x-unknown\": {\"kept\": [1, 2.0]}");
    }

    [Fact]
    public async Task Run_that_took_its_worker_down_stays_counted_when_others_restore_the_message()
    {
        await _space.AbandonAsync("tag", "[]", score: 100);
        for (var runs = 1; runs <= 3; runs++)
        {
            var consumer = await _space.ConsumeAsync(1);
            var delivery = await RedisSpace.ReadAsync(consumer);
            delivery.DeliveryCount.ShouldBe(runs);
            (await delivery.CountAsync(Token)).ShouldBeTrue();

            // Nobody renews it any more: what a dead worker leaves.
            var record = (await _space.Database.HashGetAllAsync(_space.Unacked)).ShouldHaveSingleItem();
            await delivery.SettleAsync(Settlement.Ack, Token);
            await consumer.DisposeAsync();
            await _space.Database.HashSetAsync(_space.Unacked, [record]);
            await _space.Database.SortedSetAddAsync(_space.Index, record.Name, 100);
        }
    }

    [Fact]
    public async Task Run_that_is_counted_renews_the_lease_so_that_nobody_restores_the_message_without_the_count()
    {
        await _space.AbandonAsync("tag", "[]", score: 100);
        var consumer = await _space.ConsumeAsync(1);
        var delivery = await RedisSpace.ReadAsync(consumer);
        var record = (await _space.Database.SortedSetRangeByRankWithScoresAsync(_space.Index)).ShouldHaveSingleItem();
        await _space.Database.SortedSetAddAsync(_space.Index, record.Element, 100);

        (await delivery.CountAsync(Token)).ShouldBeTrue();

        (await _space.Database.SortedSetScoreAsync(_space.Index, record.Element)).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(record.Score);
    }

    [Fact]
    public async Task More_messages_than_fit_a_page_are_restored_in_order()
    {
        for (var i = 0; i < 250; i++)
        {
            await _space.AbandonAsync($"tag-{i:000}", $"{i:000}", score: 100 + i);
        }

        (await Restorer().RestoreAsync(Token)).ShouldBe(250);

        var consumer = await _space.ConsumeAsync(250);
        for (var i = 0; i < 250; i++)
        {
            RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe($"{i:000}");
        }
    }

    [Fact]
    public async Task Message_of_an_exchange_is_restored_by_its_bindings()
    {
        await _space.Database.SetAddAsync(_space.Prefix + "_kombu.binding.proj", "key\u0006\u0016\u0006\u0016bound");
        await _space.AbandonAsync("tag", "[]", score: 100, exchange: "proj", routingKey: "key");

        (await Restorer().RestoreAsync(Token)).ShouldBe(1);

        (await _space.Database.ListLengthAsync(_space.Prefix + "bound")).ShouldBe(1);
    }

    [Fact]
    public async Task Message_whose_bindings_are_gone_is_kept_in_the_list_of_its_key()
    {
        await _space.AbandonAsync("tag", "[]", score: 100, exchange: "gone", routingKey: "key");

        (await Restorer().RestoreAsync(Token)).ShouldBe(1);

        (await _space.Database.ListLengthAsync(_space.Prefix + "key")).ShouldBe(1);
    }

    [Fact]
    public async Task Young_messages_are_left_alone()
    {
        await _space.AbandonAsync("young", "[]", score: await _space.NowAsync());

        (await Restorer().RestoreAsync(Token)).ShouldBe(0);

        (await _space.Database.HashExistsAsync(_space.Unacked, "young")).ShouldBeTrue();
    }

    [Fact]
    public async Task Record_without_a_message_is_swept_away()
    {
        await _space.Database.SortedSetAddAsync(_space.Index, "orphan", 100);

        (await Restorer().RestoreAsync(Token)).ShouldBe(0);

        (await _space.Database.SortedSetScoreAsync(_space.Index, "orphan")).ShouldBeNull();
    }

    [Fact]
    public async Task Record_that_cannot_be_read_is_kept_aside()
    {
        await _space.Database.HashSetAsync(_space.Unacked, "broken", "[{\"body\": ");
        await _space.Database.SortedSetAddAsync(_space.Index, "broken", 100);

        await Restorer().RestoreAsync(Token);

        (await _space.Database.HashExistsAsync(_space.Unacked, "broken")).ShouldBeFalse();
        using var letter = JsonDocument.Parse((await _space.Database.ListRightPopAsync(_space.Prefix + "unacked.dead-letters")).ToString());
        letter.RootElement.GetProperty("message").GetString().ShouldBe("[{\"body\": ");
    }

    [Fact]
    public async Task Nothing_is_restored_while_another_holds_the_mutex()
    {
        await _space.Database.StringSetAsync(_space.Mutex, "another");
        await _space.AbandonAsync("tag", "[]", score: 100);

        (await Restorer().RestoreAsync(Token)).ShouldBeNull();

        (await _space.Database.HashExistsAsync(_space.Unacked, "tag")).ShouldBeTrue();
        (await _space.Database.StringGetAsync(_space.Mutex)).ToString().ShouldBe("another");

        await _space.Database.KeyDeleteAsync(_space.Mutex);
        (await Restorer().RestoreAsync(Token)).ShouldBe(1);
        (await _space.Database.KeyExistsAsync(_space.Mutex)).ShouldBeFalse();
    }

    [Fact]
    public async Task Held_message_is_not_taken_by_a_peer_however_long_it_takes()
    {
        await _space.PublishAsync("long");
        var patient = _space.Create(options => options with { VisibilityTimeout = TimeSpan.FromSeconds(1) });
        var holder = await _space.ConsumeAsync(1, patient);
        var held = await RedisSpace.ReadAsync(holder);
        await holder.StopAsync(Token);

        // Left by a worker that has died: when it comes again, the visibility timeout is over for the one held as well.
        await _space.AbandonAsync("dead", "abandoned", score: await _space.NowAsync());
        var peer = await _space.ConsumeAsync(
            5, _space.Create(options => options with { VisibilityTimeout = TimeSpan.FromSeconds(1), RestoreInterval = TimeSpan.FromMilliseconds(100) }));

        RedisSpace.BodyOf(await RedisSpace.ReadAsync(peer)).ShouldBe("abandoned");
        held.Lost.IsCancellationRequested.ShouldBeFalse();
        await held.SettleAsync(Settlement.Ack, Token);
        await _space.PublishAsync("next");
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(peer)).ShouldBe("next");
    }

    [Fact]
    public async Task Message_put_back_by_another_is_lost_to_its_holder()
    {
        await _space.PublishAsync("stolen");
        var transport = _space.Create(options => options with { VisibilityTimeout = TimeSpan.FromSeconds(2) });
        var consumer = await _space.ConsumeAsync(1, transport);
        var held = await RedisSpace.ReadAsync(consumer);
        var lost = new TestSignal();
        await using var registration = held.Lost.Register(lost.Fire);

        await _space.Database.KeyDeleteAsync([_space.Unacked, _space.Index]);

        await lost.WaitAsync("the lease to be found lost");
        await held.SettleAsync(Settlement.Requeue, Token);
        (await _space.Database.KeyExistsAsync(_space.List)).ShouldBeFalse();
        _space.Log.Lines.ShouldContain(line => line.EventId.Id == 1005);

        // Its place is free for another.
        await _space.PublishAsync("next");
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe("next");
    }

    [Fact]
    public async Task Settling_shows_that_the_message_was_put_back_by_another()
    {
        await _space.PublishAsync("stolen");
        var held = await RedisSpace.ReadAsync(await _space.ConsumeAsync());
        await _space.Database.KeyDeleteAsync([_space.Unacked, _space.Index]);

        await held.SettleAsync(Settlement.Requeue, Token);

        held.Lost.IsCancellationRequested.ShouldBeTrue();
        (await _space.Database.KeyExistsAsync(_space.List)).ShouldBeFalse();
    }

    [Fact]
    public async Task Message_renewed_between_look_and_restore_stays_where_it_is()
    {
        await _space.AbandonAsync("tag", "[]", score: 100);

        var moved = await _space.Database.ScriptEvaluateAsync(
            RedisScripts.Restore,
            [_space.Unacked, _space.Index, _space.List],
            ["tag", "99", "RPUSH", "anything"]);

        ((bool)moved).ShouldBeFalse();
        (await _space.Database.HashExistsAsync(_space.Unacked, "tag")).ShouldBeTrue();
        (await _space.Database.KeyExistsAsync(_space.List)).ShouldBeFalse();
    }

    private UnackedRestorer Restorer()
    {
        var connection = _connection ??= new RedisConnection(_space.Options, _space.Log);
        var keys = new RedisKeys(_space.Options with { GlobalKeyPrefix = _space.Prefix }, RedisServer.TransportDatabase);
        return new UnackedRestorer(connection, keys, _space.Options, TimeProvider.System, _space.Log);
    }
}
