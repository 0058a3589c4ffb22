using System.Globalization;
using CeleryNet.Protocol;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class TaskMessageVectorTests
{
    private const string Queue = "wire";

    private static readonly RedisKeys _keys = new(new TransportOptions([]), 0);

    [Theory]
    [VectorData(VectorKind.TaskMessage)]
    public void Message_says_what_was_called(string file)
    {
        var expected = Expected(file);
        var captured = CapturedMessage.ReadAll(file);
        var messages = captured.Select(message => VectorReaders.Tasks.Read(message.Envelope)).ToArray();

        foreach (var (message, capture) in messages.Zip(captured))
        {
            ShouldCarry(message, expected, isRedis: capture.List is not null);
            ShouldHaveHeaders(message, expected, VectorFiles.IsOld(file));
            message.Headers.ArgsRepr.ShouldBe(expected.ArgsRepr ?? ReprOf(message.Body.Args, expected.IsList));
            message.Headers.KwargsRepr.ShouldBe(expected.KwargsRepr ?? ArgumentRepr.Kwargs(message.Body.Kwargs.Span));
            capture.Exchange.ShouldBe("");
            capture.RoutingKey.ShouldBe(Queue);
            if (capture.List is { } list)
            {
                list.ShouldBe(_keys.ListFor(Queue, expected.Priority));
            }
        }

        ShouldHaveBodies(messages, expected);
        ShouldBeGrouped(messages, expected, VectorFiles.IsOld(file));
    }

    /// <summary>Properties, ids and times, which both protocols have.</summary>
    internal static void ShouldCarry(TaskMessage message, ExpectedCall expected, bool isRedis)
    {
        var headers = message.Headers;
        headers.TaskName.ShouldBe(expected.Task);
        headers.Id.Value.ShouldBe(expected.Id ?? Guid.Parse(headers.Id.Value).ToString());
        headers.Retries.ShouldBe(expected.Retries);
        (headers.GroupId is not null).ShouldBe(expected.IsInGroup);
        headers.TimeLimit.ShouldBe(expected.TimeLimit);
        headers.SoftTimeLimit.ShouldBe(expected.SoftTimeLimit);
        ShouldBeDue(headers.Eta, expected.Eta, expected.EtaIsRelative);
        ShouldBeDue(headers.Expires, expected.Expires, expected.ExpiresIsRelative);

        var envelope = message.Envelope;
        envelope.CorrelationId.ShouldBe(headers.Id.Value);
        Guid.TryParse(envelope.ReplyTo, out _).ShouldBeTrue(envelope.ReplyTo);
        envelope.Persistent.ShouldBeTrue();

        // Redis carries a priority always, 0 if the caller gave none.
        envelope.Priority.ShouldBe(expected.Priority ?? (isRedis ? 0 : null));
        if (expected.Expires is { } expires)
        {
            // The milliseconds that were left when it was sent.
            var left = TimeSpan.FromMilliseconds(long.Parse(envelope.Expiration.ShouldNotBeNull(), CultureInfo.InvariantCulture));
            (expires - left).UtcDateTime.Date.ShouldBe(new DateTime(2026, 11, 24));
        }
        else
        {
            envelope.Expiration.ShouldBe(expected.Expiration);
        }
    }

    internal static void ShouldHaveBodies(IReadOnlyList<TaskMessage> messages, ExpectedCall expected)
    {
        messages.Count.ShouldBe(expected.Args.Count);
        foreach (var body in messages.Select(message => message.Body))
        {
            Meaning.Of(body.Kwargs).ShouldBe(Meaning.OfJson(expected.Kwargs));
            SignatureShape.Of(body.Embed.Callbacks).ShouldBe(Meaning.OfJson(expected.Callbacks ?? "null"));
            SignatureShape.Of(body.Embed.Errbacks).ShouldBe(Meaning.OfJson(expected.Errbacks ?? "null"));
            SignatureShape.Of(body.Embed.Chain).ShouldBe(Meaning.OfJson(expected.Chain ?? "null"));
            SignatureShape.Of(body.Embed.Chord).ShouldBe(Meaning.OfJson(expected.Chord ?? "null"));
        }

        // Of a group the queue's order is not the calls'.
        messages.Select(message => Meaning.Of(message.Body.Args)).ShouldBe(expected.Args.Select(Meaning.OfJson), ignoreOrder: true);
    }

    /// <summary>Members of a group share it, and are numbered.</summary>
    internal static void ShouldBeGrouped(IReadOnlyList<TaskMessage> messages, ExpectedCall expected, bool isOld)
    {
        if (expected.IsInGroup)
        {
            messages.Select(message => message.Headers.GroupId).Distinct().ShouldHaveSingleItem();
            // 5.2 numbers the members of chords only.
            messages.Select(message => message.Headers.GroupIndex).Order().ShouldBe(isOld && expected.Chord is null
                ? Enumerable.Repeat(default(int?), messages.Count)
                : Enumerable.Range(0, messages.Count).Select(index => (int?)index));
        }
    }

    /// <summary>What protocol 2 has in its headers alone.</summary>
    internal static void ShouldHaveHeaders(TaskMessage message, ExpectedCall expected, bool isOld)
    {
        var headers = message.Headers;
        headers.Shadow.ShouldBe(expected.Shadow);
        headers.DisplayName.ShouldBe(expected.Shadow ?? expected.Task);
        headers.RootId.ShouldBe(headers.Id);
        headers.ParentId.ShouldBeNull();
        headers.IgnoreResult.ShouldBe(expected.IgnoreResult);
        headers.Origin.ShouldNotBeNull().ShouldMatch("^gen[0-9]+@wirehost$");

        var table = message.Envelope.Headers;
        table.GetString(HeaderNames.Lang).ShouldBe("py");
        foreach (var (name, value) in expected.Headers)
        {
            Meaning.Of(table[name]).ShouldBe(Meaning.OfJson(value), name);
        }

        if (!isOld && !expected.Headers.ContainsKey(HeaderNames.Stamps))
        {
            Meaning.Of(table[HeaderNames.Stamps]).ShouldBe("{}");
        }
    }

    private static void ShouldBeDue(DateTimeOffset? actual, DateTimeOffset? expected, bool isRelative)
    {
        if (isRelative)
        {
            // An hour from when the capture was made.
            actual.ShouldNotBeNull().ShouldBeInRange(new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero), new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
        }
        else
        {
            actual.ShouldBe(expected);
        }
    }

    // We write a tuple always, as Celery's own calls nearly always have one.
    private static string ReprOf(ReadOnlyMemory<byte> args, bool isList)
        => ArgumentRepr.Args(args.Span) is var tuple && isList ? $"[{tuple[1..^1]}]" : tuple;

    private static ExpectedCall Expected(string file)
    {
        var name = VectorFiles.NameOf(file);
        return name.StartsWith("priority-", StringComparison.Ordinal)
            ? new ExpectedCall { Priority = int.Parse(name["priority-".Length..], CultureInfo.InvariantCulture) }
            : ExpectedCall.Cases[name];
    }
}
