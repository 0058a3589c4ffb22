using System.Text;
using System.Text.Json;
using CeleryNet.Routing;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class RedisWorkerVectorTests
{
    private const string Node = "w1@wirehost";

    private static readonly RedisKeys _keys = new(new TransportOptions([]), 0);

    [Theory]
    [VectorData(VectorKind.BindingKeys)]
    public void Queue_is_bound_as_we_bind_it(string file)
    {
        var key = VectorFiles.Read(file).GetProperty("keys").EnumerateArray().ShouldHaveSingleItem();

        key.GetProperty("key").GetString().ShouldBe(_keys.Bindings("wire"));
        key.GetProperty("type").GetString().ShouldBe("set");
        key.GetProperty("members").EnumerateArray().Select(member => member.GetString()).ShouldBe([RedisBindings.Member(new BindingSpec(new ExchangeSpec("wire"), "wire"), "wire", _keys.Separator)]);
    }

    [Theory]
    [VectorData(VectorKind.WorkerKeys)]
    public void Bindings_of_a_worker_that_has_started_are_understood(string file)
    {
        foreach (var key in VectorFiles.Read(file).GetProperty("keys").EnumerateArray())
        {
            ShouldBeBinding(key.GetProperty("key").GetString()!, key.GetProperty("value"));
            key.GetProperty("ttl").GetInt32().ShouldBe(-1);
        }
    }

    [Theory]
    [VectorData(VectorKind.WorkerStart)]
    public void Start_of_a_worker_uses_our_names(string file)
    {
        var commands = RedisCommand.ReadAll(VectorFiles.Read(file).GetProperty("lines"));
        var names = commands.Select(command => command.Head).ToArray();

        commands.Where(command => command.Name != "PING").Take(2).Select(command => command.Head)
            .ShouldBe([$"SET {_keys.UnackedMutex}", $"ZREVRANGEBYSCORE {_keys.UnackedIndex}"]);
        commands.First(command => command.Name == "SET").Words.Skip(3).ShouldBe(["PX", "300000", "NX"]);
        var online = commands.Single(command => command.Head == $"PUBLISH {_keys.FanoutChannel("celeryev", "worker.online")}").Words[2];
        EventVectorTests.ReadOne(online).GetProperty("type").GetString().ShouldBe("worker-online");

        // It asks the others for what they have revoked.
        var hello = CapturedMessage.OfRedis(commands.Single(command => command.Head == $"PUBLISH {_keys.FanoutChannel("celery.pidbox", "")}").Words[2]);
        Meaning.Of(ControlVectorTests.RequestOf(hello.Envelope).GetProperty("arguments")).ShouldBe(Meaning.OfJson("""{"from_node": "w1@wirehost", "revoked": {}}"""));
        foreach (var declared in commands.Where(command => command.Name == "SADD"))
        {
            ShouldBeBinding(declared.Words[1], [.. declared.Words.Skip(2)]);
        }

        if (VectorFiles.IsOld(file))
        {
            names.ShouldContain($"SADD {_keys.Bindings("celery")}");
            names.ShouldContain($"PSUBSCRIBE {_keys.FanoutChannel("celeryev", "worker.*")}");
            names.ShouldContain($"PSUBSCRIBE {_keys.FanoutChannel("celery.pidbox", "")}");
        }

        // 5.6 was still waiting for the answers when the capture ended.
        var replies = $"{ControlVectorTests.RequestOf(hello.Envelope).GetProperty("reply_to").GetProperty("routing_key").GetString()}.reply.celery.pidbox";
        ShouldWaitFor(commands[^1], VectorFiles.IsOld(file) ? "celery" : replies);
    }

    [Theory]
    [VectorData(VectorKind.WorkerShutdown)]
    public void Worker_that_ends_leaves_its_queues_bound_and_takes_its_own_along(string file)
    {
        var vector = VectorFiles.Read(file);
        var commands = RedisCommand.ReadAll(vector.GetProperty("lines"));
        var mailbox = $"{Node}.celery.pidbox";

        var offline = commands.Single(command => command.Head == $"PUBLISH {_keys.FanoutChannel("celeryev", "worker.offline")}").Words[2];
        EventVectorTests.ReadOne(offline).GetProperty("type").GetString().ShouldBe("worker-offline");
        commands.Single(command => command.Head == $"SREM {_keys.Bindings("celery.pidbox")}").Words[2]
            .ShouldBe(RedisBindings.Member(new BindingSpec(new ExchangeSpec("celery.pidbox", ExchangeSpec.Fanout), ""), mailbox, _keys.Separator));
        foreach (var step in _keys.Steps)
        {
            commands.ShouldContain(command => command.Head == $"DEL {_keys.List(mailbox, step)}");
        }

        vector.GetProperty("keys_left").EnumerateArray().Select(key => key.GetProperty("key").GetString())
            .ShouldBe([_keys.Bindings("celery"), _keys.Bindings("extra")]);
        foreach (var key in vector.GetProperty("keys_left").EnumerateArray())
        {
            ShouldBeBinding(key.GetProperty("key").GetString()!, key.GetProperty("value"));
        }
    }

    [Theory]
    [VectorData(VectorKind.LateAcknowledgement)]
    public void Task_acknowledged_late_is_recorded_from_its_taking_to_its_result(string file)
    {
        var vector = VectorFiles.Read(file);
        var commands = RedisCommand.ReadAll(vector.GetProperty("lines"));
        var sent = commands.Single(command => command.Name == "LPUSH");
        var stored = commands.Single(command => command.Name == "HSET");
        var message = VectorReaders.Tasks.Read(CapturedMessage.OfRedis(sent.Words[2]).Envelope);

        sent.Words[1].ShouldBe(_keys.ListFor("celery", message.Envelope.Priority));
        message.Headers.TaskName.ShouldBe("tasks.slow_late");
        Meaning.Of(message.Body.Args).ShouldBe("[1.2, ]");
        stored.Words[1].ShouldBe(_keys.Unacked);
        ShouldBeStored(stored.Words[3], sent.Words[2], stored.Words[2]);

        // What tells that it has it comes before the result, what tells that it is done after.
        var mine = commands.Where(command => command.Name is "ZADD" or "HSET" or "ZREM" or "HDEL" or "SETEX");
        mine.Select(command => command.Head).ShouldBe(
        [
            $"ZADD {_keys.UnackedIndex}", $"HSET {_keys.Unacked}", $"SETEX celery-task-meta-{message.Headers.Id}", $"SETEX celery-task-meta-{message.Headers.Id}",
            $"ZREM {_keys.UnackedIndex}", $"HDEL {_keys.Unacked}",
        ]);
        var states = commands.Where(command => command.Name == "SETEX").Select(command => StoredResultVectorTests.Read(command.Words[3]));
        states.Select(state => state.State.Name).ShouldBe(["STARTED", "SUCCESS"]);
        ShouldWaitFor(RedisCommand.Read(vector.GetProperty("brpop_example").GetString()!), "celery");
    }

    [Theory]
    [VectorData(VectorKind.UnackedKeys)]
    public void Message_under_way_is_found_by_its_tag(string file)
    {
        var vector = VectorFiles.Read(file);
        var keys = vector.GetProperty("keys").EnumerateArray().ToDictionary(key => key.GetProperty("key").GetString()!, key => key.GetProperty("value"));
        var held = keys[_keys.Unacked].EnumerateObject().ShouldHaveSingleItem();
        var score = keys[_keys.UnackedIndex].EnumerateArray().ShouldHaveSingleItem();

        score[0].GetString().ShouldBe(held.Name);
        DateTimeOffset.FromUnixTimeSeconds((long)score[1].GetDouble()).UtcDateTime.Date.ShouldBe(new DateTime(2026, 11, 24));
        var record = StoredMessage.Read(Encoding.UTF8.GetBytes(held.Value.GetString()!));
        (record.Exchange, record.RoutingKey).ShouldBe(("", "celery"));
        var message = VectorReaders.Tasks.Read(RedisEnvelopeReader.Read(record.Envelope.Span).Envelope);
        message.Headers.Id.Value.ShouldBe(vector.GetProperty("task_id").GetString());
        message.Headers.TaskName.ShouldBe("tasks.slow_late");
        foreach (var key in keys.Where(key => key.Key.StartsWith("_kombu", StringComparison.Ordinal)))
        {
            ShouldBeBinding(key.Key, key.Value);
        }

        vector.GetProperty("keys_after").EnumerateArray().Select(key => key.GetProperty("key").GetString())
            .ShouldBe(keys.Keys.Except([_keys.Unacked, _keys.UnackedIndex]), ignoreOrder: true);
    }

    [Theory]
    [VectorData(VectorKind.Restore)]
    public void Message_of_a_lost_consumer_is_put_back_as_we_would(string file)
    {
        var vector = VectorFiles.Read(file);
        var held = vector.GetProperty("unacked_before").EnumerateObject().ShouldHaveSingleItem();
        var record = StoredMessage.Read(Encoding.UTF8.GetBytes(held.Value.GetString()!));
        var commands = RedisCommand.ReadAll(vector.GetProperty("commands"));
        var restored = commands.Single(command => command.Name == "RPUSH");

        // As Python marks it we mark it.
        vector.GetProperty("popped_from").GetString().ShouldBe(_keys.List("celery", 3));
        using var ours = JsonDocument.Parse(DeliveryMarks.Restore(record.Envelope));
        Meaning.OfJson(restored.Words[2]).ShouldBe(Meaning.Of(ours.RootElement));
        // 5.2 loses the step.
        restored.Words[1].ShouldBe(_keys.List("celery", VectorFiles.IsOld(file) ? 0 : 3));
        var read = RedisEnvelopeReader.Read(Encoding.UTF8.GetBytes(restored.Words[2]));
        read.Redelivered.ShouldBeTrue();
        RedisEnvelopeReader.Read(record.Envelope.Span).Redelivered.ShouldBeFalse();
        Meaning.Of(VectorReaders.Tasks.Read(read.Envelope).Body.Args).ShouldBe("[\"restored\", ]");
        commands.Take(9).Select(command => command.Head).ShouldBe(
        [
            $"SET {_keys.UnackedMutex}", $"ZREVRANGEBYSCORE {_keys.UnackedIndex}", $"WATCH {_keys.Unacked}", $"HGET {_keys.Unacked}", "MULTI",
            $"ZREM {_keys.UnackedIndex}", $"HDEL {_keys.Unacked}", $"RPUSH {restored.Words[1]}", "EXEC",
        ]);

        // The worker that restored it took it again, under the same tag, and ran it.
        var again = commands.Single(command => command.Name == "HSET");
        again.Words[2].ShouldBe(held.Name);
        ShouldBeStored(again.Words[3], restored.Words[2], held.Name);
        var result = StoredResultVectorTests.Read(vector.GetProperty("result").GetString()!);
        result.State.ShouldBe(TaskState.Success);
        Meaning.Of(result.Result).ShouldBe(Meaning.OfJson("""[["restored"], {}]"""));
    }

    private static void ShouldBeStored(string stored, string element, string tag)
    {
        var record = StoredMessage.Read(Encoding.UTF8.GetBytes(stored));
        (record.Exchange, record.RoutingKey).ShouldBe(("", "celery"));
        using var envelope = JsonDocument.Parse(record.Envelope);
        Meaning.Of(envelope.RootElement).ShouldBe(Meaning.OfJson(element));
        envelope.RootElement.GetProperty("properties").GetProperty("delivery_tag").GetString().ShouldBe(tag);
    }

    // BRPOP q q3 q6 q9 1
    private static void ShouldWaitFor(RedisCommand command, string queue)
    {
        command.Name.ShouldBe("BRPOP");
        command.Words.Skip(1).SkipLast(1).ShouldBe(new ClaimOrder(_keys, [queue]).Lists);
        command.Words[^1].ShouldBe("1");
    }

    private static void ShouldBeBinding(string key, JsonElement members) => ShouldBeBinding(key, [.. members.EnumerateArray().Select(member => member.GetString()!)]);

    // Each member leads the key it was bound with to its queue, read by us as it was written by kombu.
    private static void ShouldBeBinding(string key, IReadOnlyList<string> members)
    {
        var exchange = key[_keys.Bindings("").Length..];
        key.ShouldBe(_keys.Bindings(exchange));
        var member = members.ShouldHaveSingleItem();
        var parts = member.Split(_keys.Separator);
        var queue = parts[2];
        switch (exchange)
        {
            case "celery" or "extra": (parts[0], queue).ShouldBe((exchange, exchange)); break;
            case "celery.pidbox": (parts[0], queue).ShouldBe(("", $"{Node}.celery.pidbox")); break;
            case "reply.celery.pidbox": queue.ShouldBe($"{parts[0]}.reply.celery.pidbox"); break;
            case "celeryev": queue.ShouldStartWith("celeryev."); parts[0].ShouldBe("worker.#"); break;
            default: throw new ArgumentException($"Nothing is known of the exchange '{exchange}'.");
        }

        member.ShouldBe(RedisBindings.Member(new BindingSpec(new ExchangeSpec(exchange), parts[0]), queue, _keys.Separator));
        new RedisBindings().Match(members, parts[0], _keys.Separator).ShouldBe([queue]);
    }
}
