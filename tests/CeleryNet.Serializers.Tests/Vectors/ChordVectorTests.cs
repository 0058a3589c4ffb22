using System.Globalization;
using System.Text.Json;

namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class ChordVectorTests
{
    private const string Prefix = "celery-taskset-meta-";

    [Theory]
    [VectorData(VectorKind.Chord)]
    public void Chord_is_counted_and_completed(string file)
    {
        var vector = VectorFiles.Read(file);
        var isOld = VectorFiles.IsOld(file);
        switch (VectorFiles.NameOf(file))
        {
            case "simple-chord": ShouldBeSimple(vector, isOld); break;
            case "nested-group-chord": ShouldBeNested(vector, isOld); break;
            case "failed-chord": ShouldHaveFailed(vector); break;
            default: throw new ArgumentException($"Nothing is known of the chord '{file}'.");
        }
    }

    // chord([add(1, 1), slow(1.2)], xsum()): seen when the first member was done.
    private static void ShouldBeSimple(JsonElement vector, bool isOld)
    {
        var group = vector.GetProperty("group_id").GetString()!;
        var keys = KeysOf(vector.GetProperty("keys_half_way"));
        var (first, score) = PartsOf(keys[$"{Prefix}{group}.j"]).ShouldHaveSingleItem();

        first.Skip(2).ShouldBe(["\"SUCCESS\"", "2"]);
        first[0].ShouldBe("1");
        score.ShouldBe(0);
        keys[$"{Prefix}{group}.s"].GetString().ShouldBe("2");
        keys.Count.ShouldBe(2);
        vector.GetProperty("keys_after").EnumerateArray().ShouldBeEmpty();

        var body = StoredResultVectorTests.Read(vector.GetProperty("body_meta").GetString()!);
        body.TaskId.Value.ShouldBe(vector.GetProperty("body_id").GetString());
        body.State.ShouldBe(TaskState.Success);
        Meaning.Of(body.Result).ShouldBe("3.2");
        body.GroupId.ShouldBe(isOld ? null : group);

        // Each part is recorded, counted and made to expire at once; how many there are is told before.
        var commands = RedisCommand.ReadAll(vector.GetProperty("result_backend_commands"));
        var record = commands.Index().First(command => command.Item.Name == "ZADD").Index;
        var sent = commands.Index().First(command => command.Item.Head == $"SETEX {Prefix}{group}.s").Index;
        sent.ShouldBeLessThan(record);
        commands[sent].Words.Skip(2).ShouldBe(["86400", "2"]);
        commands.Skip(record - 1).Take(9).Select(command => command.Head).ShouldBe(
        [
            "MULTI", $"ZADD {Prefix}{group}.j", $"ZCOUNT {Prefix}{group}.j", $"GET {Prefix}{group}.t", $"GET {Prefix}{group}.s",
            $"EXPIRE {Prefix}{group}.j", $"EXPIRE {Prefix}{group}.t", $"EXPIRE {Prefix}{group}.s", "EXEC",
        ]);
        foreach (var part in commands.Where(command => command.Name == "ZADD"))
        {
            // The score is the place in the chord.
            PartOf(part.Words[3]).ShouldBe(part.Words[2] == "0" ? first : ["1", $"\"{body.ParentId}\"", "\"SUCCESS\"", "1.2"]);
            part.Words[2].ShouldBeOneOf("0", "1");
        }
    }

    // chord([group(add(1, 1), add(2, 2)), slow(1.0)], echo()): the group within is unrolled, backwards.
    private static void ShouldBeNested(JsonElement vector, bool isOld)
    {
        var keys = KeysOf(vector.GetProperty("keys_half_way"));
        var counted = keys.Single(key => key.Key.EndsWith(".j", StringComparison.Ordinal));
        var group = counted.Key[Prefix.Length..^2];
        var parts = PartsOf(counted.Value);

        parts.Select(part => (part.Part[3], part.Score)).ShouldBe([("4", 0.0), ("2", 1.0)]);
        keys[$"{Prefix}{group}.s"].GetString().ShouldBe("3");
        keys.ShouldNotContainKey(Prefix + group);
        var body = StoredResultVectorTests.Read(vector.GetProperty("body_meta").GetString()!);
        body.State.ShouldBe(TaskState.Success);
        Meaning.Of(body.Result).ShouldBe(Meaning.OfJson("[[[4, 2, 1.0]], {}]"));
        body.GroupId.ShouldBe(isOld ? null : group);
        body.ParentId.ShouldNotBeNull();
    }

    // chord([add(1, 1), fail("x")], xsum())
    private static void ShouldHaveFailed(JsonElement vector)
    {
        var members = vector.GetProperty("members").EnumerateArray().Select(member => StoredResultVectorTests.Read(member.GetString()!)).ToArray();
        var body = StoredResultVectorTests.Read(vector.GetProperty("body_meta").GetString()!);

        members.Select(member => member.State).ShouldBe([TaskState.Success, TaskState.Failure]);
        Meaning.Of(members[0].Result).ShouldBe("2");
        StoredResultVectorTests.ShouldHaveResult(members[1], new("FAILURE", "tasks.fail") { ExceptionType = "ValueError", ExceptionArguments = ["\"x\"", "42"] });
        members.Select(member => member.GroupId).Distinct().ShouldHaveSingleItem().ShouldNotBeNull();
        body.State.ShouldBe(TaskState.Failure);
        StoredResultVectorTests.ShouldHaveResult(body, new("FAILURE", "tasks.xsum")
        {
            ExceptionType = "ChordError",
            ExceptionModule = "celery.exceptions",
            ExceptionArguments = [$"\"Dependency {members[1].TaskId} raised ValueError('x', 42)\""],
        });
    }

    private static Dictionary<string, JsonElement> KeysOf(JsonElement keys)
        => keys.EnumerateArray().ToDictionary(key => key.GetProperty("key").GetString()!, key => key.GetProperty("value"), StringComparer.Ordinal);

    private static (string[] Part, double Score)[] PartsOf(JsonElement set)
        => [.. set.EnumerateArray().Select(member => (PartOf(member[0].GetString()!), double.Parse(member[1].GetRawText(), CultureInfo.InvariantCulture)))];

    // [1, task id, state, result]
    private static string[] PartOf(string member)
    {
        using var part = JsonDocument.Parse(member);
        part.RootElement.GetArrayLength().ShouldBe(4);
        return [.. part.RootElement.EnumerateArray().Select(item => Meaning.Of(item))];
    }
}
