using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Worker;

/// <summary>What the observers of a worker are told, and when a worker gives up.</summary>
public sealed class WorkerObserverTests
{
    private static readonly TimeSpan _windUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _reconnectDelay = TimeSpan.FromSeconds(2);

    private readonly Recorder _told = new();

    [Fact]
    public async Task Life_of_a_worker_is_told_in_order()
    {
        await using var harness = Create();
        await harness.StartAsync();

        await harness.StopAsync();

        _told.Lines.ShouldBe(["starting celery@machine.example", "ready celery@machine.example", "stopping celery@machine.example", "stopped celery@machine.example"]);
    }

    [Fact]
    public async Task Worker_is_ready_once_whatever_becomes_of_its_consumer()
    {
        await using var harness = Create();
        harness.Transport.RefuseConsumers(1);

        harness.Begin();
        await harness.Clock.WaitForTimerAsync(_reconnectDelay);
        _told.Lines.ShouldBe(["starting celery@machine.example"]);
        harness.Clock.Advance(_reconnectDelay);
        await harness.WhenReadyAsync();
        await harness.Transport.LoseConsumerAsync();
        await harness.Clock.WaitForTimerAsync(_reconnectDelay);
        harness.Clock.Advance(_reconnectDelay);
        await harness.StopAsync();

        _told.Lines.Count(line => line.StartsWith("starting", StringComparison.Ordinal)).ShouldBe(1);
        _told.Lines.Count(line => line.StartsWith("ready", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Observer_that_throws_is_logged_and_the_worker_goes_on()
    {
        _told.Error = new InvalidOperationException("no");
        await using var harness = Create();

        await harness.StartAsync();
        await harness.StopAsync();

        harness.Log.Lines.Count(line => line.EventId.Id == 2030).ShouldBe(4);
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == 2017);
    }

    [Fact]
    public async Task Observer_that_does_not_come_to_an_end_holds_a_stopping_worker_for_three_seconds()
    {
        await using var harness = Create();
        await harness.StartAsync();
        _told.Answer = new TaskCompletionSource().Task;

        harness.BeginStop();
        await _told.Next.WaitAsync("the observer to be told");
        while (harness.IsRunning)
        {
            await Task.WhenAny(harness.Clock.WaitForTimerAsync(_windUp), harness.WhenStoppedAsync());
            harness.Clock.Advance(_windUp);
        }

        _told.Lines.ShouldBe(["starting celery@machine.example", "ready celery@machine.example", "stopping celery@machine.example", "stopped celery@machine.example"]);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, 3)]
    public async Task Worker_without_a_broker_ends_when_the_options_allow_no_more_attempts(bool retry, int? retries)
    {
        await using var harness = Create(new CeleryOptions { ConnectRetry = retry, ConnectMaxRetries = retries });
        harness.Transport.RefuseConsumers(1);

        harness.Begin();

        (await harness.WhenFailedAsync()).Message.ShouldBe("The broker is away.");
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == 2031);
        _told.Lines.ShouldBe(["starting celery@machine.example", "stopping celery@machine.example", "stopped celery@machine.example"]);
    }

    [Fact]
    public async Task Worker_whose_consumer_has_ended_for_good_ends_its_tasks_and_then_itself()
    {
        using var gate = new Gate();
        await using var harness = Create(new CeleryOptions { ConnectMaxRetries = 3 }, new CeleryNet.Extensibility.TaskDefinition("wait", [], gate.PassAsync));
        await harness.StartAsync();
        var id = await harness.CallAsync("wait");
        await gate.Entered.WaitAsync();

        await harness.Transport.LoseConsumerAsync();
        await harness.Log.WaitForAsync(line => line.EventId.Id == 2031);
        harness.IsRunning.ShouldBeTrue();
        gate.Open();

        await harness.WhenFailedAsync();
        (await harness.StoredAsync(id)).ShouldNotBeNull().State.ShouldBe(TaskState.Success);
    }

    private WorkerHarness Create(CeleryOptions? application = null, params CeleryNet.Extensibility.TaskDefinition[] tasks) => new(tasks, application: application, services: services =>
    {
        services.AddSingleton(_told);
        new CeleryBuilder(services).AddWorkerObserver<Recorder>();
    });

    private sealed class Recorder : IWorkerObserver
    {
        private readonly List<string> _lines = [];

        public TestSignal Next { get; } = new();

        public Exception? Error { get; set; }

        public Task Answer { get; set; } = Task.CompletedTask;

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public ValueTask OnStartingAsync(ICeleryWorker worker, CancellationToken cancellationToken) => Tell("starting", worker);

        public ValueTask OnReadyAsync(ICeleryWorker worker, CancellationToken cancellationToken) => Tell("ready", worker);

        public ValueTask OnStoppingAsync(ICeleryWorker worker, CancellationToken cancellationToken) => Tell("stopping", worker);

        public ValueTask OnStoppedAsync(ICeleryWorker worker, CancellationToken cancellationToken) => Tell("stopped", worker);

        private ValueTask Tell(string what, ICeleryWorker worker)
        {
            lock (_lines)
            {
                _lines.Add($"{what} {worker.Hostname}");
            }

            Next.Fire();
            return Error is null ? new(Answer) : throw Error;
        }
    }
}
