using CeleryNet.Extensibility;

namespace CeleryNet.Tests.Tasks;

/// <summary>Celery's notation of rates.</summary>
public sealed class RateLimitTests
{
    [Theory]
    [InlineData("10/s", 10)]
    [InlineData("90/m", 1.5)]
    [InlineData("1800/h", 0.5)]
    [InlineData("7", 7)]
    [InlineData("0.5", 0.5)]
    [InlineData("2.5/m", 2.5 / 60)]
    [InlineData(" 1e3/h ", 1000.0 / 3600)]
    [InlineData("1000000/s", 1_000_000)]
    public void A_rate_is_a_number_of_runs_in_a_unit_of_time(string text, double perSecond)
    {
        var limit = RateLimit.Parse(text);

        limit.PerSecond.ShouldBe(perSecond, 1e-12);
        limit.IsNone.ShouldBeFalse();
        limit.ToString().ShouldBe(text.Trim());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0/m")]
    [InlineData("0.0")]
    public void Nothing_per_time_is_no_limit(string text) => RateLimit.Parse(text).IsNone.ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("10/d")]
    [InlineData("10/")]
    [InlineData("10/min")]
    [InlineData("/s")]
    [InlineData("ten/s")]
    [InlineData("-1/s")]
    [InlineData("NaN")]
    [InlineData("inf/s")]
    [InlineData("1000001/s")]
    [InlineData("1,5/s")]
    public void Anything_else_is_refused_in_words_that_say_what_would_work(string text)
    {
        RateLimit.TryParse(text, out _).ShouldBeFalse();
        var error = Should.Throw<FormatException>(() => RateLimit.Parse(text));

        error.Message.ShouldContain($"was '{text}'");
        error.Message.ShouldContain("'100/m'");
    }

    [Fact]
    public void A_missing_text_is_no_rate() => RateLimit.TryParse(null, out _).ShouldBeFalse();
}
