using CeleryNet.Transports.Amqp;

namespace CeleryNet.Tests.Transports.Amqp;

public sealed class DelayedRoutingKeyTests
{
    private const string Zeros = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.";

    [Fact]
    public void Digits_are_those_that_Celery_5_6_sent()
        => DelayedRoutingKey.Write(5, "qcelery").ShouldBe("0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.1.qcelery");

    [Theory]
    [InlineData(1, Zeros + "0.0.0.1.a.b")]
    [InlineData(2, Zeros + "0.0.1.0.a.b")]
    [InlineData(10, Zeros + "1.0.1.0.a.b")]
    [InlineData(DelayedRoutingKey.MaxSeconds, "1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.a.b")]
    public void The_largest_digit_comes_first(long seconds, string expected)
    {
        DelayedRoutingKey.Write(seconds, "a.b").ShouldBe(expected);
        DelayedRoutingKey.Read(expected).ShouldBe("a.b");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(DelayedRoutingKey.MaxSeconds + 1)]
    public void What_28_digits_cannot_say_is_refused(long seconds) => Should.Throw<ArgumentOutOfRangeException>(() => DelayedRoutingKey.Write(seconds, "a"));

    [Fact]
    public void Digits_before_digits_are_taken_off_too()
        => DelayedRoutingKey.Read(DelayedRoutingKey.Write(3, DelayedRoutingKey.Write(9, "a.b"))).ShouldBe("a.b");

    [Theory]
    [InlineData("")]
    [InlineData("celery")]
    [InlineData("1.0.1.celery")]
    [InlineData(Zeros + "0.0.0")]
    [InlineData(Zeros + "0.2.0.1.celery")]
    public void A_key_without_28_digits_has_none(string key) => DelayedRoutingKey.Read(key).ShouldBeNull();
}
