using CeleryNet.Extensibility;

namespace CeleryNet.Tests.Tasks;

public sealed class RetryBackoffTests
{
    [Theory]
    [InlineData(1, 0, 600, 1)]
    [InlineData(3, 1, 600, 6)]
    [InlineData(2, 5, 20, 20)]
    [InlineData(1, 100_000, 600, 600)]
    public void Jitter_gives_every_whole_second_from_none_to_the_whole_wait(int factor, int retries, int maximum, int longest)
    {
        var random = new Random(1);
        var backoff = new RetryBackoff { Factor = factor, Maximum = TimeSpan.FromSeconds(maximum) };

        var waits = Enumerable.Range(0, 20_000).Select(_ => backoff.WaitAfter(retries, random)).ToHashSet();

        waits.ShouldBe(Enumerable.Range(0, longest + 1).Select(seconds => TimeSpan.FromSeconds(seconds)), ignoreOrder: true);
    }

    [Fact]
    public void Values_that_make_no_wait_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryBackoff { Factor = 0 });
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryBackoff { Maximum = TimeSpan.FromMilliseconds(1500) });
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryBackoff { Maximum = TimeSpan.Zero });
        Should.Throw<ArgumentOutOfRangeException>(() => new TaskDefinition("one", [], _ => new(TaskValue.Null)) { MaxRetries = -1 });
        Should.Throw<ArgumentOutOfRangeException>(() => new TaskDefinition("one", [], _ => new(TaskValue.Null)) { RetryDelay = TimeSpan.FromTicks(-1) });
    }
}
