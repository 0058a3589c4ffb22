namespace CeleryNet.Tests;

public sealed class TaskStateTests
{
    // celery/states.py READY_STATES, PROPAGATE_STATES, EXCEPTION_STATES
    [Theory]
    [InlineData("PENDING", false, false, false)]
    [InlineData("RECEIVED", false, false, false)]
    [InlineData("STARTED", false, false, false)]
    [InlineData("SUCCESS", true, false, false)]
    [InlineData("FAILURE", true, true, true)]
    [InlineData("RETRY", false, false, true)]
    [InlineData("REVOKED", true, true, true)]
    [InlineData("REJECTED", false, false, false)]
    [InlineData("PROGRESS", false, false, false)]
    [InlineData("success", false, false, false)]
    public void State_is_classified_as_in_Celery(string name, bool ready, bool failed, bool exception)
    {
        TaskState state = name;

        (state.IsReady, state.IsFailed, state.IsException).ShouldBe((ready, failed, exception));
    }

    [Fact]
    public void Named_states_have_the_names_of_the_wire()
        => new[]
        {
            TaskState.Pending, TaskState.Received, TaskState.Started, TaskState.Success,
            TaskState.Failure, TaskState.Retry, TaskState.Revoked, TaskState.Rejected,
        }.Select(state => state.Name).ShouldBe(["PENDING", "RECEIVED", "STARTED", "SUCCESS", "FAILURE", "RETRY", "REVOKED", "REJECTED"]);

    [Fact]
    public void States_of_one_name_are_equal()
    {
        TaskState own = "PROGRESS";

        own.ShouldBe(new TaskState("PROGRESS"));
        own.ShouldNotBe(new TaskState("progress"));
        own.ToString().ShouldBe("PROGRESS");
    }

    [Fact]
    public void Default_state_is_shown_as_pending() => default(TaskState).ToString().ShouldBe("PENDING");
}
