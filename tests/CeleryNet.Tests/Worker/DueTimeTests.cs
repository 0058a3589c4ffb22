using System.Globalization;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Worker;

/// <summary>Messages that may not run yet, or no more.</summary>
public sealed class DueTimeTests
{
    private readonly TestSignal _runs = new();

    [Fact]
    public async Task An_expired_message_is_revoked_without_running()
    {
        await using var harness = await WorkerHarness.StartAsync(Counted());
        var now = harness.Clock.GetUtcNow();

        var revoked = await harness.RunAsync(Call(expires: now - TimeSpan.FromSeconds(1)));

        ShouldHaveExpired(revoked, now);
        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        _runs.Count.ShouldBe(0);
    }

    [Fact]
    public async Task An_expired_message_whose_result_is_ignored_is_acknowledged_and_nothing_is_stored()
    {
        await using var harness = await WorkerHarness.StartAsync(Counted());
        var message = Call(expires: harness.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        message.Headers.Set("ignore_result", true);

        var id = await harness.PublishAsync(message);

        (await harness.SettledAsync()).ShouldBe(SettlementKind.Ack);
        (await harness.StoredAsync(id)).ShouldBeNull();
        _runs.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_runs_up_to_the_instant_it_expires()
    {
        await using var harness = await WorkerHarness.StartAsync(Counted());

        var result = await harness.RunAsync(Call(expires: harness.Clock.GetUtcNow()));

        result.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_message_is_held_until_its_time_has_come()
    {
        await using var harness = await WorkerHarness.StartAsync(Counted(), new TaskDefinition("other", [], _ => new(TaskValue.Null)));
        var hour = TimeSpan.FromHours(1);
        var id = await harness.PublishAsync(Call(eta: harness.Clock.GetUtcNow() + hour));
        await harness.WhenHeldAsync();

        harness.Clock.Advance(hour - TimeSpan.FromSeconds(1));
        await harness.RunAsync("other");
        var runsBefore = _runs.Count;
        harness.Clock.Advance(TimeSpan.FromSeconds(1));
        var result = await harness.ResultAsync(id);

        runsBefore.ShouldBe(0);
        result.State.ShouldBe(TaskState.Success);
        _runs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_is_held_for_longer_than_a_timer_can_be_set()
    {
        await using var harness = await WorkerHarness.StartAsync(Counted(), new TaskDefinition("other", [], _ => new(TaskValue.Null)));
        var id = await harness.PublishAsync(Call(eta: harness.Clock.GetUtcNow() + TimeSpan.FromDays(60)));

        await harness.WhenHeldAsync();
        harness.Clock.Advance(TimeSpan.FromDays(60) - TimeSpan.FromSeconds(1));
        await harness.RunAsync("other");
        _runs.Count.ShouldBe(0);
        harness.Clock.Advance(TimeSpan.FromSeconds(1));

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_message_whose_time_has_passed_runs_at_once()
    {
        await using var harness = await WorkerHarness.StartAsync(Counted());

        var result = await harness.RunAsync(Call(eta: harness.Clock.GetUtcNow() - TimeSpan.FromHours(1)));

        result.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Held_messages_take_no_slot()
    {
        await using var harness = new WorkerHarness(
            [Counted(), new TaskDefinition("other", [], _ => new(TaskValue.Null))], new WorkerOptions { Concurrency = 1 });
        await harness.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await harness.PublishAsync(Call(eta: harness.Clock.GetUtcNow() + TimeSpan.FromHours(1)));
        }

        var result = await harness.RunAsync("other");

        result.State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_message_that_expires_while_it_is_held_is_revoked_when_its_time_has_come()
    {
        await using var harness = await WorkerHarness.StartAsync(Counted());
        var now = harness.Clock.GetUtcNow();
        var id = await harness.PublishAsync(Call(eta: now + TimeSpan.FromHours(2), expires: now + TimeSpan.FromHours(1)));
        await harness.WhenHeldAsync();

        harness.Clock.Advance(TimeSpan.FromHours(2));

        ShouldHaveExpired(await harness.ResultAsync(id), now + TimeSpan.FromHours(2));
        _runs.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_held_message_is_back_in_its_queue_after_shutdown()
    {
        await using var harness = await WorkerHarness.StartAsync(Counted());
        var id = await harness.PublishAsync(Call(eta: harness.Clock.GetUtcNow() + TimeSpan.FromHours(1)));
        await harness.WhenHeldAsync();

        await harness.StopAsync();

        (await harness.DrainAsync()).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(id.Value);
        (await harness.StoredAsync(id)).ShouldBeNull();
        _runs.Count.ShouldBe(0);
    }

    private static void ShouldHaveExpired(ResultMeta meta, DateTimeOffset at)
    {
        var info = ExceptionInfo.Read(meta);
        meta.State.ShouldBe(TaskState.Revoked);
        meta.DateDone.ShouldBe(at);
        (info.Type, info.Module, info.Message).ShouldBe(("TaskRevokedError", "celery.exceptions", "expired"));
    }

    private static Envelope Call(DateTimeOffset? eta = null, DateTimeOffset? expires = null) => MessageFactory.Task("counted", headers: headers =>
    {
        headers.Set("eta", eta is null ? null : Iso(eta.Value));
        headers.Set("expires", expires is null ? null : Iso(expires.Value));
    });

    private static string Iso(DateTimeOffset instant) => instant.ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);

    private TaskDefinition Counted() => new("counted", [], _ =>
    {
        _runs.Fire();
        return new(TaskValue.Of("ran"));
    });
}
