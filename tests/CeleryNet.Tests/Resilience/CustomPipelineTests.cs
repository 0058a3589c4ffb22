using CeleryNet.Client;
using CeleryNet.Extensibility;
using CeleryNet.Protocol;
using CeleryNet.Resilience;
using CeleryNet.Routing;
using CeleryNet.Serialization;
using CeleryNet.TestKit;
using CeleryNet.Tests.Client;
using CeleryNet.Tests.Worker;
using CeleryNet.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Timeout;

namespace CeleryNet.Tests.Resilience;

/// <summary>What runs in a pipeline of the user's, and what the user's strategies cannot break.</summary>
public sealed class CustomPipelineTests : IDisposable
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10);

    private readonly TestClock _clock = new();
    private readonly RecordingLoggerFactory _loggers = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_goes_through_the_users_pipeline_which_sees_the_task()
    {
        var transport = new ScriptedTransport((_, _) => ValueTask.CompletedTask);
        var envelope = MessageFactory.Task("proj.add");
        var seen = "";

        await PublishAsync(transport, envelope, pipeline => pipeline.AddProbe(context => seen = Describe(context))).WithinBound("the publish");

        seen.ShouldBe($"celery.Publish proj.add {envelope.Headers.GetString("id")}");
        transport.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Strategy_that_heeds_no_token_does_not_hold_a_publish_beyond_its_deadline()
    {
        var transport = new ScriptedTransport((_, _) => ValueTask.CompletedTask);
        var entered = new TestSignal();
        var forever = new TaskCompletionSource();

        var sending = PublishAsync(transport, MessageFactory.Task("t"), pipeline => pipeline.AddProbe(async (_, _) =>
        {
            entered.Fire();
            await forever.Task;
        }));
        await entered.WaitAsync();
        _clock.Advance(_timeout - TimeSpan.FromTicks(1));
        sending.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));

        (await Should.ThrowAsync<BrokerUnavailableException>(() => sending.WithinBound("the deadline")))
            .Message.ShouldStartWith("The message was not confirmed by the broker within PublishTimeout (00:00:10)");
    }

    [Fact]
    public async Task Strategy_that_gives_up_makes_the_publish_fail_as_for_a_broker_that_is_away()
    {
        var transport = new ScriptedTransport((_, token) => new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, token)));

        var sending = PublishAsync(transport, MessageFactory.Task("t"), pipeline => pipeline.AddTimeout(TimeSpan.FromSeconds(2)));
        await transport.Attempts.WaitAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));

        var error = await Should.ThrowAsync<BrokerUnavailableException>(() => sending.WithinBound("the timeout"));
        error.Message.ShouldStartWith("The pipeline of Publish gave the message up: ");
        error.InnerException.ShouldBeOfType<TimeoutRejectedException>();
    }

    [Fact]
    public async Task Refused_message_is_the_callers_error_through_any_pipeline()
    {
        var refusal = new PublishException("No queue takes it.");
        var transport = new ScriptedTransport((_, _) => throw refusal);

        (await Should.ThrowAsync<PublishException>(() => PublishAsync(transport, MessageFactory.Task("t"), _ => { }).WithinBound("the refusal"))).ShouldBeSameAs(refusal);
    }

    [Fact]
    public async Task Message_that_the_users_pipeline_did_not_send_is_not_taken_for_sent()
    {
        var failure = new BrokerUnavailableException("It is away.");
        var transport = new ScriptedTransport((_, _) => throw failure);

        var error = await Should.ThrowAsync<BrokerUnavailableException>(
            () => PublishAsync(transport, MessageFactory.Task("t"), pipeline => pipeline.AddSilence()).WithinBound("the publish"));

        error.Message.ShouldBe("The pipeline of Publish ended without an error, and without the message being sent. It is away.");
        error.InnerException.ShouldBeSameAs(failure);
    }

    [Fact]
    public async Task Result_that_the_users_pipeline_did_not_store_is_not_taken_for_stored()
    {
        var isStored = await StoreAsync(new FaultyBackend(1), MessageFactory.Task("t"), pipeline => pipeline.AddSilence());

        isStored.ShouldBeFalse();
        _loggers.Log.Lines.ShouldContain(line => line.EventId.Id == 2009);
    }

    [Fact]
    public async Task Storing_a_result_goes_through_the_users_pipeline_which_sees_the_task()
    {
        var backend = new FaultyBackend(0);
        var envelope = MessageFactory.Task("proj.add");
        var seen = "";

        var isStored = await StoreAsync(backend, envelope, pipeline => pipeline.AddProbe(context => seen = Describe(context)));

        isStored.ShouldBeTrue();
        seen.ShouldBe($"celery.StoreResult proj.add {envelope.Headers.GetString("id")}");
        (await backend.GetAsync(new TaskId(envelope.Headers.GetString("id")!), Token)).ShouldNotBeNull().State.ShouldBe(TaskState.Failure);
    }

    [Fact]
    public async Task Result_that_the_users_pipeline_gives_up_is_one_that_is_not_stored()
    {
        var backend = new FaultyBackend(0);

        var isStored = await StoreAsync(backend, MessageFactory.Task("t"), pipeline => pipeline.AddProbe((_, _) => throw new TimeoutRejectedException("Enough.")));

        isStored.ShouldBeFalse();
        _loggers.Log.Lines.ShouldContain(line => line.EventId.Id == 2009 && line.Error is TimeoutRejectedException);
    }

    [Fact]
    public async Task Keeping_the_message_of_a_failed_task_goes_through_the_users_pipeline_which_may_give_it_up()
    {
        var seen = new TestSignal<string>();
        await using var harness = new WorkerHarness(
            [new TaskDefinition("fail", [], _ => throw new InvalidOperationException("no"))],
            new WorkerOptions { KeepFailedTasks = true },
            services: services => new CeleryBuilder(services).ConfigureResilience(CeleryOperation.KeepMessage, pipeline => pipeline.AddProbe((context, _) =>
            {
                seen.Fire(Describe(context));
                throw new TimeoutRejectedException("Enough.");
            })));
        await harness.StartAsync();

        var result = await harness.RunAsync(MessageFactory.Task("fail", id: "task-1"));

        result.State.ShouldBe(TaskState.Failure);
        (await seen.WaitAsync()).ShouldBe("celery.KeepMessage fail task-1");
        harness.Log.Lines.ShouldContain(line => line.EventId.Id == 2021 && line.Error is TimeoutRejectedException);
        harness.Transport.Kept.Count.ShouldBe(0);
    }

    public void Dispose() => _loggers.Dispose();

    private static string Describe(ResilienceContext context)
        => $"{context.OperationKey} {context.Properties.GetValue(CeleryResilienceKeys.TaskName, "?")} {context.Properties.GetValue(CeleryResilienceKeys.TaskId, "?")}";

    private Task PublishAsync(ScriptedTransport transport, Envelope envelope, Action<ResiliencePipelineBuilder> configure)
        => new TaskPublisher(transport, _timeout, _clock, resilience: Pipelines(CeleryOperation.Publish, configure))
            .PublishAsync(envelope, new Destination("", "celery"), null, Token).AsTask();

    private async Task<bool> StoreAsync(FaultyBackend backend, Envelope envelope, Action<ResiliencePipelineBuilder> configure)
    {
        var metas = new ResultMetaFactory(CeleryJson.Complete(null), "celery@h", false, _clock);
        var recorder = new OutcomeRecorder(backend, metas, _clock, _loggers.CreateLogger<OutcomeRecorder>(), Pipelines(CeleryOperation.StoreResult, configure));
        return await recorder.RecordUnrunnableAsync(Content.Reader().Read(envelope).Headers, envelope, new InvalidOperationException("No."), Token);
    }

    private ResiliencePipelines Pipelines(CeleryOperation operation, Action<ResiliencePipelineBuilder> configure) => new(
        new ResilienceSettings(),
        _clock,
        new Dictionary<CeleryOperation, Action<ResiliencePipelineBuilder, CeleryResilienceContext>> { [operation] = (builder, _) => configure(builder) },
        new ServiceCollection().BuildServiceProvider());
}
