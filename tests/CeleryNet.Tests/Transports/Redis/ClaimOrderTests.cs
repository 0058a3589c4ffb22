using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

public sealed class ClaimOrderTests
{
    private const string Separator = "\u0006\u0016";

    [Fact]
    public void All_queues_of_a_step_come_before_the_next_step()
    {
        var order = new ClaimOrder(Keys([0, 5]), ["a", "b"]);

        order.Keys.Skip(2).Select(key => key.ToString()).ShouldBe(["a", "b", "a" + Separator + "5", "b" + Separator + "5"]);
        order.At(2).Queue.ShouldBe("a");
        order.At(3).ShouldBe(("b" + Separator + "5", "b"));
    }

    [Fact]
    public void Queue_that_delivered_goes_to_the_end()
    {
        var order = new ClaimOrder(Keys([0]), ["a", "b", "c"]);

        order.Rotate(["a"]);
        order.Keys.Skip(2).Select(key => key.ToString()).ShouldBe(["b", "c", "a"]);

        order.Rotate(["b", "a", "b"]);
        order.Keys.Skip(2).Select(key => key.ToString()).ShouldBe(["c", "a", "b"]);
        order.Arguments(7, "tag:").Select(argument => argument.ToString())
            .ShouldBe(["7", "tag:", "3", ", \"\", \"c\"]", ", \"\", \"a\"]", ", \"\", \"b\"]"]);
    }

    [Fact]
    public void Queue_named_twice_is_one()
        => new ClaimOrder(Keys([0]), ["a", "a"]).Queues.ShouldBe(["a"]);

    private static RedisKeys Keys(int[] steps) => new(new TransportOptions([]) { PrioritySteps = steps }, 0);
}
