using CeleryNet.Extensibility;
using CeleryNet.TestKit;

namespace CeleryNet.Tests.Worker;

/// <summary>Queues of a worker that change while it runs.</summary>
public sealed class WorkerQueuesTests
{
    private const string Other = "other";

    private static readonly TimeSpan _reconnectDelay = TimeSpan.FromSeconds(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_of_an_added_queue_are_run_beside_the_others()
    {
        await using var harness = await WorkerHarness.StartAsync(One());

        var isAdded = await harness.Worker.AddQueueAsync(Other, Token);

        var added = await harness.PublishAsync(MessageFactory.Task("one"), Other);
        (await harness.ResultAsync(added)).State.ShouldBe(TaskState.Success);
        (await harness.RunAsync("one")).State.ShouldBe(TaskState.Success);
        isAdded.ShouldBeTrue();
        harness.Worker.Queues.ShouldBe([WorkerHarness.Queue, Other]);
    }

    [Fact]
    public async Task A_queue_is_added_once()
    {
        await using var harness = await WorkerHarness.StartAsync(One());
        await harness.Worker.AddQueueAsync(Other, Token);

        (await harness.Worker.AddQueueAsync(Other, Token)).ShouldBeFalse();
        (await harness.Worker.AddQueueAsync(WorkerHarness.Queue, Token)).ShouldBeFalse();

        harness.Worker.Queues.ShouldBe([WorkerHarness.Queue, Other]);
    }

    [Fact]
    public async Task Messages_of_a_removed_queue_stay_in_it()
    {
        await using var harness = await WorkerHarness.StartAsync(One());
        await harness.Worker.AddQueueAsync(Other, Token);

        var isRemoved = await harness.Worker.RemoveQueueAsync(Other, Token);

        var left = await harness.PublishAsync(MessageFactory.Task("one"), Other);
        await harness.RunAsync("one");
        (await harness.DrainAsync(Other)).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(left.Value);
        isRemoved.ShouldBeTrue();
        harness.Worker.Queues.ShouldBe([WorkerHarness.Queue]);
    }

    [Fact]
    public async Task What_was_taken_from_a_queue_is_run_when_the_queue_is_removed()
    {
        using var gate = new Gate();
        await using var harness = await WorkerHarness.StartAsync(new TaskDefinition("wait", [], gate.PassAsync));
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        await harness.Worker.RemoveQueueAsync(WorkerHarness.Queue, Token);
        gate.Open();

        (await harness.ResultAsync(id)).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_worker_without_queues_goes_on_with_the_next_one_that_is_added()
    {
        await using var harness = await WorkerHarness.StartAsync(One());
        await harness.Worker.RemoveQueueAsync(WorkerHarness.Queue, Token);
        var queues = harness.Worker.Queues;

        await harness.Worker.AddQueueAsync(WorkerHarness.Queue, Token);

        queues.ShouldBeEmpty();
        (await harness.RunAsync("one")).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task A_queue_that_is_not_consumed_cannot_be_removed()
    {
        await using var harness = await WorkerHarness.StartAsync(One());

        (await harness.Worker.RemoveQueueAsync(Other, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Changes_outlive_the_consumer_they_were_made_on()
    {
        await using var harness = await WorkerHarness.StartAsync(One());
        await harness.Worker.AddQueueAsync(Other, Token);
        await harness.Worker.RemoveQueueAsync(WorkerHarness.Queue, Token);

        await harness.Transport.LoseConsumerAsync();
        await harness.Clock.WaitForTimerAsync(_reconnectDelay);
        harness.Clock.Advance(_reconnectDelay);

        var left = await harness.CallAsync("one");
        (await harness.ResultAsync(await harness.PublishAsync(MessageFactory.Task("one"), Other))).State.ShouldBe(TaskState.Success);
        (await harness.DrainAsync()).ShouldHaveSingleItem().Envelope!.Headers.GetString("id").ShouldBe(left.Value);
    }

    [Fact]
    public async Task Changes_made_while_the_broker_is_away_hold_when_it_is_back()
    {
        await using var harness = new WorkerHarness([One()]);
        harness.Transport.RefuseConsumers(1);
        harness.Begin();
        await harness.Clock.WaitForTimerAsync(_reconnectDelay);
        var state = harness.Worker.State;

        await harness.Worker.AddQueueAsync(Other, Token);
        harness.Clock.Advance(_reconnectDelay);

        (await harness.ResultAsync(await harness.PublishAsync(MessageFactory.Task("one"), Other))).State.ShouldBe(TaskState.Success);
        (state, harness.Worker.State).ShouldBe((WorkerState.Connecting, WorkerState.Consuming));
    }

    [Fact]
    public async Task A_queue_is_added_with_the_exchange_and_key_it_comes_with()
    {
        await using var harness = await WorkerHarness.StartAsync(One());

        await harness.Worker.AddQueueAsync(new CeleryQueue("news") { Exchange = "topics", ExchangeType = "topic", RoutingKey = "news.#" }, Token);

        var sent = await harness.Client.SendTaskAsync(
            "one", options: new SendOptions { Exchange = "topics", RoutingKey = "news.sport" }, cancellationToken: Token);
        (await harness.ResultAsync(sent.Id)).State.ShouldBe(TaskState.Success);
    }

    [Fact]
    public async Task Queues_are_added_and_removed_by_their_aliases_too()
    {
        var application = new CeleryOptions { Queues = [new CeleryQueue(WorkerHarness.Queue), new CeleryQueue("slow") { Alias = "batch" }] };
        await using var harness = new WorkerHarness([One()], application: application);
        await harness.StartAsync();

        await harness.Worker.AddQueueAsync("batch", Token);
        var queues = harness.Worker.Queues;
        await harness.Worker.RemoveQueueAsync("batch", Token);

        queues.ShouldBe([WorkerHarness.Queue, "slow"]);
        harness.Worker.Queues.ShouldBe([WorkerHarness.Queue]);
    }

    [Fact]
    public async Task A_queue_that_is_not_known_is_not_made_where_none_are_to_be()
    {
        await using var harness = new WorkerHarness([One()], application: new CeleryOptions { CreateMissingQueues = false });
        await harness.StartAsync();

        var error = await Should.ThrowAsync<CeleryConfigurationException>(() => harness.Worker.AddQueueAsync(Other, Token));

        error.Message.ShouldBe("Queue 'other' is not known, and CreateMissingQueues is off; known: celery.");
    }

    [Fact]
    public async Task An_autoscaled_worker_runs_more_tasks_a_second_after_there_is_more_to_do()
    {
        using var gate = new Gate();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("wait", [], gate.PassAsync)], new WorkerOptions { Autoscale = new AutoscaleRange(3, 1), PrefetchMultiplier = 4 });
        for (var i = 0; i < 5; i++)
        {
            await harness.CallAsync("wait");
        }

        await harness.StartAsync();
        await gate.Entered.WaitAsync("the only run");
        var before = harness.Worker.Concurrency;
        await harness.Log.WaitForAsync(_ => ReceivedOf(harness) == 5, "the worker to have taken all");
        harness.Clock.Advance(TimeSpan.FromSeconds(1));
        await gate.Entered.WaitAsync("the second run");
        await gate.Entered.WaitAsync("the third run");

        (before, harness.Worker.Concurrency, gate.Most).ShouldBe((1, 3, 3));
        gate.Open(5);
    }

    private static int ReceivedOf(WorkerHarness harness) => harness.Log.Lines.Count(line => line.EventId.Id == Diagnostics.EventIds.TaskReceived);

    private static TaskDefinition One() => new("one", [], _ => new(TaskValue.Of(1)));
}
