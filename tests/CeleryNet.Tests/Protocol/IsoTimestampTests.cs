using CeleryNet.Protocol;

namespace CeleryNet.Tests.Protocol;

public sealed class IsoTimestampTests
{
    [Theory]
    [InlineData(0, "2026-01-02T03:04:05+00:00")]
    [InlineData(9, "2026-01-02T03:04:05+00:00")]
    [InlineData(5_000_000, "2026-01-02T03:04:05.500000+00:00")]
    [InlineData(10, "2026-01-02T03:04:05.000001+00:00")]
    public void The_fraction_has_no_digits_or_six(long ticks, string expected)
        => IsoTimestamp.Format(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(ticks)).ShouldBe(expected);

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00")]
    [InlineData("2026-01-02T03:04:05z", "2026-01-02T03:04:05+00:00")]
    [InlineData("2026-01-02T03:04:05.678901+05:30", "2026-01-02T03:04:05.678901+05:30")]
    [InlineData("2026-01-02T03:04:05.678901-03:30", "2026-01-02T03:04:05.678901-03:30")]
    [InlineData("2026-01-02T03:04:05+0200", "2026-01-02T03:04:05+02:00")]
    [InlineData("2026-01-02T03:04:05-11", "2026-01-02T03:04:05-11:00")]
    [InlineData("2026-01-02T03:04+02:00", "2026-01-02T03:04:00+02:00")]
    [InlineData("2026-01-02 03:04:05+02:00", "2026-01-02T03:04:05+02:00")]
    [InlineData("2026-1-2T03:04:05", "2026-01-02T03:04:05+00:00")]
    [InlineData("2026-01-02", "2026-01-02T00:00:00+00:00")]
    [InlineData("2026-01-02T03:04", "2026-01-02T03:04:00+00:00")]
    [InlineData("2026-01-02T03:04:05.5", "2026-01-02T03:04:05.500000+00:00")]
    [InlineData("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456+00:00")]
    public void Instants_are_read_with_their_offset_or_as_utc(string text, string expected)
    {
        IsoTimestamp.TryParse(text, out var instant).ShouldBeTrue();

        IsoTimestamp.Format(instant).ShouldBe(expected);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999+00:00")]
    [InlineData("9999-12-31T23:59:59-05:00", "9999-12-31T18:59:59.999999-05:00")]
    [InlineData("9999-12-31T23:59:59+05:00", "9999-12-31T23:59:59+05:00")]
    [InlineData("0001-01-01T00:00:00+02:00", "0001-01-01T02:00:00+02:00")]
    public void Instants_at_the_ends_of_time_are_read(string text, string expected)
    {
        IsoTimestamp.TryParse(text, out var instant).ShouldBeTrue();

        IsoTimestamp.Format(instant).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2026-13-01T00:00:00")]
    [InlineData("2026-01-02T03:04:05 or so")]
    [InlineData("2026-01-02T03:04:05.12345678x")]
    [InlineData("2026-01-02T03:04:05+")]
    [InlineData("2026-01-02T03:04:05+25:00")]
    [InlineData("10:00:00")]
    public void What_is_no_instant_is_refused(string text) => IsoTimestamp.TryParse(text, out _).ShouldBeFalse();
}
