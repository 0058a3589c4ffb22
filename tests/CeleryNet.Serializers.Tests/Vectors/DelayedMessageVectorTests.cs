namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class DelayedMessageVectorTests
{
    private const int Digits = 28;

    [Theory]
    [VectorData(VectorKind.DelayedMessage)]
    public void Delayed_message_carries_its_seconds_in_its_routing_key(string file)
    {
        var vector = VectorFiles.Read(file);
        var seconds = vector.GetProperty("countdown").GetInt32();
        var capture = CapturedMessage.OfAmqp(vector.GetProperty("published").EnumerateArray().ShouldHaveSingleItem());
        var key = capture.RoutingKey!.Split('.');

        capture.Exchange.ShouldBe($"celery_delayed_{Digits - 1}");
        key.Length.ShouldBe(Digits + 1);
        Convert.ToInt32(string.Concat(key.Take(Digits)), 2).ShouldBe(seconds);
        key[^1].ShouldBe("qcelery");
        seconds.ShouldBe(5);

        var message = VectorReaders.Tasks.Read(capture.Envelope);
        // Through the default queue a priority of 0 is sent, through a named one none.
        var expected = new ExpectedCall { Task = "tasks.echo", Args = ["[\"delayed\"]"], EtaIsRelative = true, Priority = 0 };
        TaskMessageVectorTests.ShouldCarry(message, expected, isRedis: false);
        TaskMessageVectorTests.ShouldHaveHeaders(message, expected, isOld: false);
        TaskMessageVectorTests.ShouldHaveBodies([message], expected);
        vector.GetProperty("seconds_until_result").GetDouble().ShouldBeInRange(seconds, seconds + 1);
        vector.GetProperty("countdown_half_second_error").GetString().ShouldBe("ValueError: countdown must be a positive number");
    }
}
