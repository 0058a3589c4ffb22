using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

public sealed class SuccessfulTasksTests
{
    [Fact]
    public void The_last_ones_are_known_and_no_more_of_them()
    {
        var tasks = new SuccessfulTasks(3);
        foreach (var id in new[] { "a", "b", "a", "c", "d" })
        {
            tasks.Add(id);
        }

        new[] { "a", "b", "c", "d" }.Where(id => tasks.Contains(id)).ShouldBe(["b", "c", "d"]);
    }
}
