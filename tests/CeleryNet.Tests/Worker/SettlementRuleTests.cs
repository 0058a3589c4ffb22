using CeleryNet.Extensibility;
using CeleryNet.Transports;
using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

public sealed class SettlementRuleTests
{
    [Theory]
    [InlineData("succeeded", true, true, nameof(SettlementKind.Ack))]
    [InlineData("succeeded", true, false, nameof(SettlementKind.Requeue))]
    [InlineData("failed", true, true, nameof(SettlementKind.Ack))]
    [InlineData("failed", false, true, nameof(SettlementKind.Reject))]
    [InlineData("failed", false, false, nameof(SettlementKind.Requeue))]
    [InlineData("retried", false, true, nameof(SettlementKind.Ack))]
    [InlineData("unsent", true, true, nameof(SettlementKind.Requeue))]
    [InlineData("abandoned", true, true, nameof(SettlementKind.Requeue))]
    [InlineData("abandoned", false, true, nameof(SettlementKind.Requeue))]
    [InlineData("refused", true, true, nameof(SettlementKind.Reject))]
    [InlineData("refused", false, true, nameof(SettlementKind.Reject))]
    [InlineData("refused", true, false, nameof(SettlementKind.Requeue))]
    [InlineData("rejected", true, true, nameof(SettlementKind.Requeue))]
    [InlineData("ignored", false, true, nameof(SettlementKind.Ack))]
    public void The_outcome_decides_what_becomes_of_the_message(string outcome, bool acksOnFailure, bool isRecorded, string expected)
        => SettlementRule.For(Outcome(outcome), Terms(acksOnFailure), isRecorded).Kind.ToString().ShouldBe(expected);

    [Theory]
    [InlineData("failed", true, true, nameof(SettlementKind.DeadLetter))]
    [InlineData("failed", false, true, nameof(SettlementKind.DeadLetter))]
    [InlineData("failed", true, false, nameof(SettlementKind.Requeue))]
    [InlineData("succeeded", true, true, nameof(SettlementKind.Ack))]
    [InlineData("abandoned", true, true, nameof(SettlementKind.Requeue))]
    [InlineData("refused", true, true, nameof(SettlementKind.DeadLetter))]
    [InlineData("rejected", true, true, nameof(SettlementKind.Requeue))]
    [InlineData("ignored", true, true, nameof(SettlementKind.Ack))]
    public void A_message_to_be_kept_is_kept_when_its_task_failed_and_that_is_stored(string outcome, bool acksOnFailure, bool isRecorded, string expected)
        => SettlementRule.For(Outcome(outcome), Terms(acksOnFailure) with { KeepIfFailed = true }, isRecorded).Kind.ToString().ShouldBe(expected);

    [Theory]
    [InlineData(true, false, true, nameof(SettlementKind.Ack))]
    [InlineData(false, false, true, nameof(SettlementKind.Requeue))]
    [InlineData(false, true, true, nameof(SettlementKind.DeadLetter))]
    [InlineData(true, false, false, nameof(SettlementKind.Requeue))]
    public void A_task_that_exceeded_its_time_limit_has_terms_of_its_own(bool acksOnTimeout, bool keepIfFailed, bool isRecorded, string expected)
        => SettlementRule
            .For(
                new TaskOutcome.TimedOut(new(TimeSpan.FromSeconds(1))),
                new SettlementTerms { AcksOnFailure = !acksOnTimeout, AcksOnTimeout = acksOnTimeout, KeepIfFailed = keepIfFailed },
                isRecorded)
            .Kind.ToString().ShouldBe(expected);

    private static SettlementTerms Terms(bool acksOnFailure) => new() { AcksOnFailure = acksOnFailure, AcksOnTimeout = true, KeepIfFailed = false };

    private static TaskOutcome Outcome(string name) => name switch
    {
        "succeeded" => new TaskOutcome.Succeeded(TaskValue.Null),
        "failed" => new TaskOutcome.Failed(new InvalidOperationException("broken")),
        "refused" => new TaskOutcome.Failed(new TaskRejectException("not mine", requeue: false)),
        "rejected" => new TaskOutcome.Rejected(new TaskRejectException("not now", requeue: true)),
        "ignored" => new TaskOutcome.Ignored(),
        "retried" => new TaskOutcome.Retried(new TaskRetryException(TimeSpan.Zero, null, null)),
        "unsent" => new TaskOutcome.RetryUnsent(new InvalidOperationException("broken")),
        _ => new TaskOutcome.Abandoned(CancellationReason.Shutdown),
    };
}
