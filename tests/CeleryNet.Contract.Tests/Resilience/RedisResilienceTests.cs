using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Results.Redis;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;
using CeleryNet.Worker;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace CeleryNet.Contract.Tests.Resilience;

/// <summary>A user's pipelines run where a transport and a backend meet Redis, and the options bound the default ones.</summary>
public sealed class RedisResilienceTests
{
    private readonly RecordingLogger _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connecting_goes_through_the_users_pipeline_which_sees_the_urls()
    {
        await using var server = new RedisServerProcess();
        var retries = new TestSignal<string>();
        await using var transport = Create(server, Pipelines.With(CeleryOperation.Connect, (pipeline, _) => pipeline.AddRetry(Recording(retries))));

        // Nothing listens yet.
        var sending = PublishAsync(transport);
        var seen = await retries.WaitAsync("a retry of the user's pipeline");
        await server.StartAsync();

        await sending.WithinBound("the publish");
        seen.ShouldBe($"celery.Connect redis://127.0.0.1:{server.Port}/ BrokerUnavailableException");
    }

    [Fact]
    public async Task Attempts_to_connect_are_as_many_as_the_options_allow()
    {
        await using var server = new RedisServerProcess();
        await using var bounded = Create(server, Pipelines.WithConnectRetries(1));
        await using var transport = Create(server, ResiliencePipelines.Default(TimeProvider.System));

        await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(bounded).WithinBound("the second attempt"));
        _log.Lines.Count(line => line.EventId.Id == 1003).ShouldBe(1);

        // Without a number it is up to the publish to try again.
        await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport).WithinBound("the only attempt"));
        _log.Lines.Count(line => line.EventId.Id == 1003).ShouldBe(1);
    }

    [Fact]
    public async Task Pipeline_that_gives_up_is_a_broker_that_is_away()
    {
        await using var server = new RedisServerProcess();
        await using var transport = Create(server, Pipelines.With(CeleryOperation.Connect, (pipeline, _) => pipeline
            .AddTimeout(TimeSpan.FromMilliseconds(100))
            .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = int.MaxValue, Delay = TimeSpan.FromMilliseconds(10) })));

        (await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport).WithinBound("the timeout")))
            .Message.ShouldStartWith($"Cannot connect to Redis at redis://127.0.0.1:{server.Port}/: ");
    }

    [Fact]
    public async Task Storing_a_result_goes_through_the_users_pipeline()
    {
        await using var server = new RedisServerProcess();
        var retries = new TestSignal<string>();
        await using var backend = new RedisResultBackend(
            new TransportOptions(BrokerUrl.ParseList(server.Url)), TimeSpan.FromMinutes(1), ResultCodec.CreateJson(), TimeProvider.System, _log);
        using var loggers = new RecordingLoggerFactory();
        var metas = new ResultMetaFactory(CeleryJson.Complete(null), "celery@h", false, TimeProvider.System);
        var recorder = new OutcomeRecorder(
            backend, metas, TimeProvider.System, loggers.CreateLogger<OutcomeRecorder>(),
            Pipelines.With(CeleryOperation.StoreResult, (pipeline, _) => pipeline.AddRetry(Recording(retries))));
        var envelope = MessageFactory.Task("proj.add");
        var headers = Content.Reader().Read(envelope).Headers;

        var storing = recorder.RecordUnrunnableAsync(headers, envelope, new InvalidOperationException("No."), Token).AsTask();
        var seen = await retries.WaitAsync("a retry of the user's pipeline");
        await server.StartAsync();

        (await storing.WithinBound("the result to be stored")).ShouldBeTrue();
        seen.ShouldBe("celery.StoreResult ? ResultBackendException");
        (await backend.GetAsync(headers.Id, Token)).ShouldNotBeNull().State.ShouldBe(TaskState.Failure);
    }

    private static RetryStrategyOptions Recording(TestSignal<string> retries) => new()
    {
        MaxRetryAttempts = int.MaxValue,
        Delay = TimeSpan.FromMilliseconds(20),
        OnRetry = attempt =>
        {
            retries.Fire($"{attempt.Context.OperationKey} {attempt.Context.Properties.GetValue(CeleryResilienceKeys.Urls, "?")} {attempt.Outcome.Exception?.GetType().Name}");
            return default;
        },
    };

    private RedisTransport Create(RedisServerProcess server, ResiliencePipelines resilience)
        => new(new TransportOptions(BrokerUrl.ParseList(server.Url)) { Resilience = resilience }, TimeProvider.System, _log);

    private static Task PublishAsync(RedisTransport transport)
        => transport.Publisher.PublishAsync(MessageFactory.Text("message"), new Destination("", "celery"), Token).AsTask();
}
