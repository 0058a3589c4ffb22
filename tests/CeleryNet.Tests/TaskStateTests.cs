namespace CeleryNet.Tests;

public sealed class TaskStateTests
{
    [Fact]
    public void Default_state_is_pending_when_shown() => default(TaskState).ToString().ShouldBe("PENDING");
}
