using CeleryNet.Protocol;

namespace CeleryNet.Tests.Protocol;

public sealed class LamportClockTests
{
    private readonly LamportClock _clock = new();

    [Fact]
    public void Each_message_has_a_later_time()
    {
        _clock.Forward().ShouldBe(1);
        _clock.Forward().ShouldBe(2);
        _clock.Value.ShouldBe(2);
    }

    [Theory]
    [InlineData(10, 11)]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void What_comes_in_sets_it_past_the_later_of_both(long other, long expected) => _clock.Adjust(other).ShouldBe(expected);

    [Fact]
    public void What_comes_in_late_does_not_set_it_back()
    {
        _clock.Adjust(10);

        _clock.Adjust(3).ShouldBe(12);
    }
}
