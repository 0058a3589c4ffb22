using CeleryNet.Resilience;
using CeleryNet.TestKit;
using CeleryNet.Tests.Worker;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace CeleryNet.Tests.Resilience;

public sealed class ResiliencePipelinesTests
{
    private readonly TestClock _clock = new();
    private int _attempts;

    public static TheoryData<CeleryOptions, int?, int?> Options { get; } = new()
    {
        { new CeleryOptions(), null, null },
        { new CeleryOptions { ConnectRetry = false, ConnectMaxRetries = 5 }, 0, null },
        { new CeleryOptions { ConnectMaxRetries = 5 }, 5, null },
        { new CeleryOptions { ConnectMaxRetries = 0 }, null, null },
        { new CeleryOptions { ResultStoreRetry = false, ResultStoreMaxRetries = 5 }, null, 0 },
        { new CeleryOptions { ResultStoreMaxRetries = 5 }, null, 5 },
        { new CeleryOptions { ResultStoreMaxRetries = 0 }, null, 0 },
        { new CeleryOptions { ResultStoreMaxRetries = 0, ResultStoreRetryPolicy = new ResultRetryPolicy() }, null, 20 },
        { new CeleryOptions { ResultStoreMaxRetries = 5, ResultStoreRetryPolicy = new ResultRetryPolicy { MaxRetries = null } }, null, null },
        { new CeleryOptions { ResultStoreRetry = false, ResultStoreRetryPolicy = new ResultRetryPolicy() }, null, 0 },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Options))]
    public void Options_say_how_often_it_is_tried_again(CeleryOptions options, int? connect, int? store)
    {
        var settings = ResilienceSettings.Of(options);

        (settings.ConnectRetries, settings.StoreRetries).ShouldBe((connect, store));
    }

    [Theory]
    [InlineData(CeleryOperation.Connect, 2, 3)]
    [InlineData(CeleryOperation.Connect, 0, 1)]
    [InlineData(CeleryOperation.StoreResult, 2, 3)]
    [InlineData(CeleryOperation.StoreResult, 0, 1)]
    public async Task Operation_is_tried_as_often_as_the_options_say(CeleryOperation operation, int retries, int attempts)
    {
        var pipelines = Pipelines(new ResilienceSettings { ConnectRetries = retries, StoreRetries = retries });

        await ExhaustAsync(pipelines.Create(operation), retries);

        _attempts.ShouldBe(attempts);
    }

    [Theory]
    [InlineData(CeleryOperation.Connect)]
    [InlineData(CeleryOperation.Consume)]
    [InlineData(CeleryOperation.Publish)]
    [InlineData(CeleryOperation.StoreResult)]
    [InlineData(CeleryOperation.KeepMessage)]
    public async Task Operation_is_tried_until_it_works_when_the_options_say_nothing(CeleryOperation operation)
    {
        var running = RunAsync(Pipelines().Create(operation), succeedsAt: 200);
        for (var i = 1; i < 200; i++)
        {
            await _clock.WaitForAnyTimerAsync();
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        await running.WithinBound("the attempt that works");
        _attempts.ShouldBe(200);
    }

    [Theory]
    [InlineData(CeleryOperation.Connect)]
    [InlineData(CeleryOperation.Consume)]
    [InlineData(CeleryOperation.Publish)]
    [InlineData(CeleryOperation.StoreResult)]
    [InlineData(CeleryOperation.KeepMessage)]
    public async Task Attempt_that_a_strategy_within_the_default_gives_up_is_made_again(CeleryOperation operation)
    {
        var running = RunAsync(Pipelines().Create(operation), succeedsAt: 3, failure: new TimeoutRejectedException("Enough."));
        for (var i = 1; i < 3; i++)
        {
            await _clock.WaitForAnyTimerAsync();
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        await running.WithinBound("the attempt that works");
    }

    [Theory]
    [InlineData(CeleryOperation.Connect)]
    [InlineData(CeleryOperation.Publish)]
    [InlineData(CeleryOperation.StoreResult)]
    [InlineData(CeleryOperation.KeepMessage)]
    public async Task Failure_that_would_be_the_same_again_is_not_tried_again(CeleryOperation operation)
    {
        await Should.ThrowAsync<PublishException>(() => RunAsync(Pipelines().Create(operation), failure: new PublishException("Refused.")));

        _attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Pauses_between_attempts_to_store_are_those_of_the_options()
    {
        var pipelines = Pipelines(new ResilienceSettings { StoreRetryDelay = TimeSpan.FromMinutes(40), StoreRetryMaxDelay = TimeSpan.FromMinutes(40) });
        var watcher = new Watcher();

        var running = RunAsync(pipelines.Create(CeleryOperation.StoreResult), succeedsAt: 6, watcher);
        for (var i = 1; i < 6; i++)
        {
            await _clock.WaitForAnyTimerAsync();
            _clock.Advance(TimeSpan.FromMinutes(40));
        }

        await running.WithinBound("the sixth attempt");
        watcher.Delays.Count.ShouldBe(5);
        watcher.Delays.ShouldAllBe(delay => delay <= TimeSpan.FromMinutes(40));
        watcher.Delays.Max().ShouldBeGreaterThan(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Pauses_between_attempts_to_store_are_those_of_the_policy()
    {
        var settings = ResilienceSettings.Of(new CeleryOptions
        {
            ResultStoreRetryPolicy = new ResultRetryPolicy
            {
                IntervalStart = TimeSpan.FromMinutes(1),
                IntervalStep = TimeSpan.FromMinutes(10),
                IntervalMax = TimeSpan.FromMinutes(15),
            },
        });
        var watcher = new Watcher();

        var running = RunAsync(Pipelines(settings).Create(CeleryOperation.StoreResult), succeedsAt: 5, watcher);
        for (var i = 1; i < 5; i++)
        {
            await _clock.WaitForAnyTimerAsync();
            _clock.Advance(TimeSpan.FromMinutes(15));
        }

        await running.WithinBound("the fifth attempt");
        watcher.Delays.ShouldBe([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15)]);
    }

    [Fact]
    public async Task Storing_is_not_tried_again_after_the_time_that_the_policy_gives_it()
    {
        var settings = ResilienceSettings.Of(new CeleryOptions
        {
            ResultStoreRetryPolicy = new ResultRetryPolicy { IntervalStart = TimeSpan.FromSeconds(2), IntervalMax = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(5) },
        });

        await ExhaustAsync(Pipelines(settings).Create(CeleryOperation.StoreResult), retries: 3, TimeSpan.FromSeconds(2));

        // At 0, 2, 4 and 6 seconds; after the last the five are over.
        _attempts.ShouldBe(4);
    }

    [Fact]
    public async Task Broker_that_refuses_is_not_asked_again()
    {
        var pipeline = Pipelines().Create(CeleryOperation.Connect);

        await Should.ThrowAsync<BrokerUnavailableException>(() => RunAsync(pipeline, failure: new BrokerUnavailableException("Wrong password.") { IsRefusal = true }));

        _attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Connection_that_nobody_waits_for_is_not_tried_again()
    {
        var pipeline = Pipelines().Create(CeleryOperation.Connect);

        await Should.ThrowAsync<BrokerUnavailableException>(() => RunAsync(pipeline, watcher: new Watcher { WantsRetry = false }));

        _attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Consuming_ends_with_the_attempts_to_connect_where_they_are_bounded()
    {
        var pipeline = Pipelines(new ResilienceSettings { ConnectRetries = 3 }).Create(CeleryOperation.Consume);

        // The connection's own pipeline has made the attempts.
        await Should.ThrowAsync<BrokerUnavailableException>(() => RunAsync(pipeline));

        _attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Pipeline_of_the_users_replaces_the_default()
    {
        var pipelines = Pipelines(custom: (builder, _) => builder.AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 1, Delay = TimeSpan.Zero }));

        await Should.ThrowAsync<BrokerUnavailableException>(() => RunAsync(pipelines.Create(CeleryOperation.Connect)).WithinBound("the second attempt"));

        _attempts.ShouldBe(2);
    }

    [Fact]
    public async Task Empty_pipeline_of_the_users_makes_one_attempt()
    {
        var pipelines = Pipelines(custom: (_, _) => { });

        await Should.ThrowAsync<BrokerUnavailableException>(() => RunAsync(pipelines.Create(CeleryOperation.Connect)));

        _attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Pipeline_of_the_users_can_have_the_default_within_it()
    {
        var entered = 0;
        var pipelines = Pipelines(
            new ResilienceSettings { ConnectRetries = 2 }, (builder, context) => builder.AddProbe(_ => entered++).AddCeleryDefault(context));

        await ExhaustAsync(pipelines.Create(CeleryOperation.Connect), retries: 2);

        (entered, _attempts).ShouldBe((1, 3));
    }

    [Fact]
    public void Pipeline_of_the_users_is_told_what_it_is_for_and_gets_the_services()
    {
        CeleryResilienceContext? seen = null;
        TimeProvider? time = null;
        var services = new ServiceCollection().AddSingleton(_clock).AddSingleton<TimeProvider>(_clock).AddCelery().ConfigureResilience(CeleryOperation.Publish, (builder, context) =>
        {
            seen = context;
            time = builder.TimeProvider;
        }).Services.BuildServiceProvider();

        services.GetRequiredService<ICeleryClient>().ShouldNotBeNull();

        seen.ShouldNotBeNull().Operation.ShouldBe(CeleryOperation.Publish);
        seen.Services.GetRequiredService<TestClock>().ShouldBeSameAs(_clock);
        time.ShouldBeSameAs(_clock);
    }

    [Fact]
    public void Publishes_share_a_pipeline_and_connections_do_not()
    {
        var pipelines = Pipelines();

        pipelines.Get(CeleryOperation.Publish).ShouldBeSameAs(pipelines.Get(CeleryOperation.Publish));
        pipelines.Create(CeleryOperation.Connect).ShouldNotBeSameAs(pipelines.Create(CeleryOperation.Connect));
    }

    [Fact]
    public void Last_of_two_pipelines_for_an_operation_counts()
    {
        var made = new List<string>();
        using var services = new ServiceCollection().AddCelery()
            .ConfigureResilience(CeleryOperation.Publish, _ => made.Add("first"))
            .ConfigureResilience(CeleryOperation.Publish, _ => made.Add("second"))
            .Services.BuildServiceProvider();

        services.GetRequiredService<ResiliencePipelines>().Get(CeleryOperation.Publish).IsCustom.ShouldBeTrue();

        made.ShouldBe(["second"]);
    }

    [Fact]
    public void Unknown_operation_is_refused()
        => Should.Throw<ArgumentOutOfRangeException>(() => new ServiceCollection().AddCelery().ConfigureResilience((CeleryOperation)99, _ => { }))
            .Message.ShouldStartWith("There is no such operation.");

    private ResiliencePipelines Pipelines(ResilienceSettings? settings = null, Action<ResiliencePipelineBuilder, CeleryResilienceContext>? custom = null) => new(
        settings ?? new ResilienceSettings(),
        _clock,
        custom is null ? new Dictionary<CeleryOperation, Action<ResiliencePipelineBuilder, CeleryResilienceContext>>() : new() { [CeleryOperation.Connect] = custom },
        new ServiceCollection().BuildServiceProvider());

    private async Task ExhaustAsync(OperationPipeline pipeline, int retries, TimeSpan? pause = null)
    {
        var running = RunAsync(pipeline);
        for (var i = 0; i < retries; i++)
        {
            await _clock.WaitForAnyTimerAsync();
            _clock.Advance(pause ?? TimeSpan.FromSeconds(5));
        }

        await Should.ThrowAsync<BrokerUnavailableException>(() => running.WithinBound("the last attempt"));
    }

    private async Task RunAsync(OperationPipeline pipeline, int succeedsAt = int.MaxValue, IRetryWatcher? watcher = null, Exception? failure = null)
    {
        var context = pipeline.Begin(watcher, Token);
        await pipeline.Pipeline.ExecuteAsync(
            _ => ++_attempts < succeedsAt ? throw failure ?? new BrokerUnavailableException("Away.") : ValueTask.CompletedTask, context);
    }

    private sealed class Watcher : IRetryWatcher
    {
        public List<TimeSpan> Delays { get; } = [];

        public bool WantsRetry { get; init; } = true;

        public void OnRetry(Exception error, TimeSpan delay) => Delays.Add(delay);
    }
}
