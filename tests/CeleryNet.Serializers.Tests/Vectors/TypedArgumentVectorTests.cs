using System.Numerics;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>Values of Python's types as the one argument of a task: what arrives, and what we do where Python refuses to send.</summary>
public sealed class TypedArgumentVectorTests
{
    private static readonly DateTime _time = new DateTime(2026, 1, 2, 3, 4, 5).AddTicks(6_789_010);
    private static readonly BigInteger _big = BigInteger.Pow(10, 30);

    [Theory]
    [VectorData(VectorKind.TypedArgument)]
    public void Argument_of_any_type_arrives_or_is_refused(string file)
    {
        var serializer = VectorFiles.FolderOf(file)["amqp/types-".Length..];
        var name = VectorFiles.NameOf(file);
        if (CapturedMessage.ReadError(file) is { } error)
        {
            error.ShouldStartWith("EncodeError: ");
            ShouldBeSentAs(serializer, name, InsteadOf(serializer, name));
            return;
        }

        var capture = CapturedMessage.ReadAll(file).ShouldHaveSingleItem();
        var message = VectorReaders.Tasks.Read(capture.Envelope);

        capture.Envelope.ContentType.ShouldBe(SerializedMessageVectorTests.ContentTypeOf(serializer));
        TaskMessageVectorTests.ShouldCarry(message, new ExpectedCall { Task = "tasks.echo" }, isRedis: false);
        var expected = serializer == "json" && VectorFiles.IsOld(file) ? TextOf(name) : ValueOf(name);
        Meaning.Of(message.Body.Args).ShouldBe(Meaning.Of(new List<object?> { expected }));
        Meaning.Of(message.Body.Kwargs).ShouldBe("{}");
        message.Body.Embed.ShouldBe(TaskEmbed.Empty);
    }

    /// <summary>The value of the capture. Tuples and sets are lists here, keys are strings.</summary>
    private static object ValueOf(string name) => name switch
    {
        "datetime-naive" => _time,
        "datetime-utc" => new DateTimeOffset(_time, TimeSpan.Zero),
        "datetime-plus2" => new DateTimeOffset(_time, TimeSpan.FromHours(2)),
        "datetime-nomicro" => new DateTime(2026, 1, 2, 3, 4, 5),
        "date" => new DateOnly(2026, 1, 2),
        "time" => TimeOnly.FromDateTime(_time),
        "timedelta" => new TimeSpan(1, 0, 0, 2, 0, 3),
        "uuid" => new Guid("12345678-1234-5678-9234-567812345678"),
        "decimal" => 12.340m,
        "bytes-utf8" => "abc"u8.ToArray(),
        "bytes-binary" => new byte[] { 0, 0xFF, 0xFE },
        "set" or "frozenset" => new List<object?> { 1L },
        "tuple" => new List<object?> { 1L, new List<object?> { 2L, 3L } },
        "complex" => new Complex(1, 2),
        "bigints" => new List<object?> { BigInteger.Pow(2, 64), _big, -_big },
        "special-floats" => new List<object?> { double.NaN, double.PositiveInfinity, double.NegativeInfinity },
        "intkeys" => new OrderedDictionary<string, object?> { ["1"] = "b", ["null"] = "c", ["2.5"] = "d" },
        _ => throw new ArgumentException($"Nothing is known of the type '{name}'."),
    };

    // kombu before 5.3 has no tags.
    private static object TextOf(string name) => name switch
    {
        "datetime-naive" => "2026-01-02T03:04:05.678901",
        "datetime-utc" => "2026-01-02T03:04:05.678901Z",
        "datetime-plus2" => "2026-01-02T03:04:05.678901+02:00",
        "datetime-nomicro" => "2026-01-02T03:04:05",
        "date" => "2026-01-02T00:00:00",
        "time" => "03:04:05.678901",
        "uuid" => "12345678-1234-5678-9234-567812345678",
        "decimal" => "12.340",
        _ => ValueOf(name),
    };

    /// <summary>What we send where Python sends nothing: a text that both sides read, a list for a set; null where we refuse too.</summary>
    private static object? InsteadOf(string serializer, string name) => (serializer, name) switch
    {
        ("json", "bytes-utf8") => "YWJj",
        ("json", "bytes-binary") => "AP/+",
        ("json", "timedelta") => "1.00:00:02.0000030",
        (_, "set" or "frozenset") => ValueOf(name),
        ("msgpack", "bigints") or (_, "complex" or "timedelta") => null,
        _ => TextOf(name),
    };

    private static void ShouldBeSentAs(string serializer, string name, object? expected)
    {
        var json = $"[{System.Text.Encoding.UTF8.GetString(WireJson.FromObject(ValueOf(name), new ContentLimits()).Span)}]";
        if (expected is null)
        {
            Should.Throw<CelerySerializationException>(() => SerializedMessageVectorTests.WriteAndRead(serializer, json)).Message.ShouldNotBeNullOrEmpty();
        }
        else
        {
            Meaning.Of(SerializedMessageVectorTests.WriteAndRead(serializer, json)).ShouldBe(Meaning.Of(new List<object?> { expected }));
        }
    }
}
