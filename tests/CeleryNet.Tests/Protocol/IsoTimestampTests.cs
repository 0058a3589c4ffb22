using CeleryNet.Protocol;

namespace CeleryNet.Tests.Protocol;

public sealed class IsoTimestampTests
{
    private static readonly TimeZoneInfo _plusTwo = TimeZoneInfo.CreateCustomTimeZone("plus two", TimeSpan.FromHours(2), "plus two", "plus two");

    [Theory]
    [InlineData(0, "2026-01-02T03:04:05+00:00")]
    [InlineData(9, "2026-01-02T03:04:05+00:00")]
    [InlineData(5_000_000, "2026-01-02T03:04:05.500000+00:00")]
    [InlineData(10, "2026-01-02T03:04:05.000001+00:00")]
    public void The_fraction_has_no_digits_or_six(long ticks, string expected)
        => IsoTimestamp.Format(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(ticks)).ShouldBe(expected);

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00")]
    [InlineData("2026-01-02T03:04:05.678901+05:30", "2026-01-02T03:04:05.678901+05:30")]
    [InlineData("2026-01-02T03:04:05", "2026-01-02T03:04:05+02:00")]
    public void An_instant_without_offset_is_taken_in_the_zone(string text, string expected)
    {
        IsoTimestamp.TryParse(text, _plusTwo, out var instant).ShouldBeTrue();

        IsoTimestamp.Format(instant).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("0001-01-01T00:00:00")]
    [InlineData("2026-13-01T00:00:00")]
    public void What_is_no_instant_is_refused(string text) => IsoTimestamp.TryParse(text, _plusTwo, out _).ShouldBeFalse();
}
