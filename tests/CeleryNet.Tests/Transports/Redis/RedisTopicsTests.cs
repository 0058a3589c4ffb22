using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

/// <summary>The expressions of bindings to topic exchanges, which are kept.</summary>
public sealed class RedisTopicsTests
{
    private const int Capacity = 16;

    private readonly RedisTopics _topics = new(Capacity);

    [Fact]
    public void Expression_of_a_binding_is_made_once()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _topics.Matches("letter.*", $"letter.{i}").ShouldBeTrue();
            _topics.Matches("parcel.#", $"letter.{i}").ShouldBeFalse();
        }

        _topics.Count.ShouldBe(2);
    }

    [Fact]
    public void Matching_by_a_known_binding_costs_no_memory()
    {
        _topics.Matches("letter.*.in", "letter.air.in").ShouldBeTrue();
        var least = long.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _topics.Matches("letter.*.in", "letter.air.in");
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.ShouldBe(0);
    }

    [Fact]
    public void However_many_bindings_come_and_go_few_expressions_are_kept_and_all_match_right()
    {
        for (var i = 0; i < 100; i++)
        {
            _topics.Matches($"key{i}.*", $"key{i}.x").ShouldBeTrue();
            _topics.Matches($"key{i}.*", $"key{i + 1}.x").ShouldBeFalse();
            _topics.Count.ShouldBeLessThanOrEqualTo(Capacity);
        }

        _topics.Matches("key0.*", "key0.x").ShouldBeTrue();
    }

    [Fact]
    public void Many_may_match_at_a_time_while_bindings_come_and_go()
        => Parallel.For(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            _topics.Matches($"key{i % 40}.*", $"key{i % 40}.x").ShouldBeTrue();
            _topics.Count.ShouldBeLessThanOrEqualTo(Capacity + 8);
        });

    [Fact]
    public void Key_of_which_no_expression_can_be_made_matches_nothing()
    {
        // Too many states for an expression that is matched without backtracking.
        var endless = string.Join('.', Enumerable.Repeat("*", 20_000));

        var routingKey = endless.Replace('*', 'a');
        _topics.Matches(endless, routingKey).ShouldBeFalse();
        _topics.Matches(endless, routingKey).ShouldBeFalse();
        _topics.Count.ShouldBe(1);
    }
}
