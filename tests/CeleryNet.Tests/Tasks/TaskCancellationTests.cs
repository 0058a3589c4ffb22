using CeleryNet.Tasks;

namespace CeleryNet.Tests.Tasks;

/// <summary>Which of several reasons to end a request counts.</summary>
public sealed class TaskCancellationTests
{
    [Theory]
    [InlineData(CancellationReason.Shutdown, CancellationReason.TimeLimit)]
    [InlineData(CancellationReason.LeaseLost, CancellationReason.Shutdown)]
    [InlineData(CancellationReason.TimeLimit, CancellationReason.Shutdown)]
    [InlineData(CancellationReason.Shutdown, CancellationReason.SoftTimeLimit)]
    [InlineData(CancellationReason.SoftTimeLimit, CancellationReason.SoftTimeLimit)]
    public void The_first_reason_counts(CancellationReason first, CancellationReason second)
    {
        var cancellation = new TaskCancellation();

        cancellation.TryCancel(first).ShouldBeTrue();
        cancellation.TryCancel(second).ShouldBeFalse();

        cancellation.Reason.ShouldBe(first);
    }

    [Theory]
    [InlineData(CancellationReason.Shutdown)]
    [InlineData(CancellationReason.LeaseLost)]
    [InlineData(CancellationReason.TimeLimit)]
    public void Every_other_reason_may_follow_a_soft_time_limit(CancellationReason second)
    {
        var cancellation = new TaskCancellation();

        cancellation.TryCancel(CancellationReason.SoftTimeLimit).ShouldBeTrue();
        cancellation.TryCancel(second).ShouldBeTrue();
        cancellation.TryCancel(CancellationReason.Shutdown).ShouldBeFalse();

        cancellation.Reason.ShouldBe(second);
        cancellation.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void It_knows_whether_anybody_listens()
    {
        var cancellation = new TaskCancellation();
        var before = cancellation.IsHeard;

        _ = cancellation.Token;

        (before, cancellation.IsHeard).ShouldBe((false, true));
    }
}
