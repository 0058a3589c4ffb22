namespace CeleryNet.Tests;

public sealed class TaskIdTests
{
    [Fact]
    public void New_id_is_a_lower_case_uuid_of_version_4_and_no_other()
    {
        var id = TaskId.New().Value;

        id.ShouldMatch("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
        TaskId.New().Value.ShouldNotBe(id);
    }

    [Fact]
    public void Any_text_is_an_id()
    {
        TaskId id = "order-17";

        id.Value.ShouldBe("order-17");
        id.ToString().ShouldBe("order-17");
        default(TaskId).ToString().ShouldBe("");
    }
}
