using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

public sealed class RecentSetTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private readonly RecentSet<string> _set = new(3, TimeSpan.FromHours(3));

    [Fact]
    public void It_holds_what_was_added()
    {
        Add("a", 0);

        _set.Contains("a").ShouldBeTrue();
        _set.Contains("b").ShouldBeFalse();
        _set.Count.ShouldBe(1);
    }

    [Fact]
    public void Of_too_many_the_oldest_go()
    {
        Add("a", 0);
        Add("b", 1);
        Add("c", 2);
        Add("d", 3);

        Items().ShouldBe(["b", "c", "d"]);
        _set.Contains("a").ShouldBeFalse();
    }

    [Fact]
    public void What_is_added_again_counts_from_then_on()
    {
        Add("a", 0);
        Add("b", 1);
        Add("a", 2);
        Add("c", 3);
        Add("d", 4);

        Items().ShouldBe(["a", "c", "d"]);
    }

    [Fact]
    public void What_is_too_old_stays_until_a_purge()
    {
        Add("a", 0);
        Add("b", 60);
        _set.Contains("a").ShouldBeTrue();

        _set.Purge(_start.AddHours(3));

        Items().ShouldBe(["b"]);
        _set.Contains("a").ShouldBeFalse();
    }

    [Fact]
    public void It_is_purged_when_it_is_full()
    {
        Add("a", 0);
        Add("b", 1);

        _set.Add("c", _start.AddHours(5), _start.AddHours(5));

        Items().ShouldBe(["c"]);
    }

    [Fact]
    public void What_was_noted_elsewhere_before_takes_its_place_by_time()
    {
        Add("a", 10);
        Add("c", 30);

        Add("b", 20);

        Items().ShouldBe(["a", "b", "c"]);
    }

    private void Add(string item, int minutes) => _set.Add(item, _start.AddMinutes(minutes), _start.AddMinutes(minutes));

    private IEnumerable<string> Items() => _set.List().Select(entry => entry.Item);
}
