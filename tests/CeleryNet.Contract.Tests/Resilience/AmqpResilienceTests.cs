using CeleryNet.Resilience;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;
using Polly;
using Polly.Retry;

namespace CeleryNet.Contract.Tests.Resilience;

/// <summary>A user's pipelines run where a transport meets RabbitMQ, and the options bound the default ones.</summary>
public sealed class AmqpResilienceTests : IAsyncLifetime
{
    private readonly RecordingLogger _log = new();
    private readonly QueueSpec _queue = QueueSpec.Named(Names.Unique("resilience"));
    private readonly BrokerUrl _broker = BrokerUrl.Parse(TestBrokers.Amqp);
    private readonly TcpFaultProxy _proxy;

    public AmqpResilienceTests() => _proxy = new TcpFaultProxy(_broker.Port ?? 5672);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _proxy.Resume();
        await using (var transport = Create(null))
        {
            await transport.DeleteQueueAsync(_queue, Token).WithinBound("the queue to be deleted");
        }

        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Connecting_goes_through_the_users_pipeline_which_sees_the_urls()
    {
        var retries = new TestSignal<string>();
        await using var transport = Create(Pipelines.With(CeleryOperation.Connect, (pipeline, _) => pipeline.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.FromMilliseconds(20),
            OnRetry = attempt =>
            {
                retries.Fire($"{attempt.Context.OperationKey} {attempt.Context.Properties.GetValue(CeleryResilienceKeys.Urls, "?")} {attempt.Outcome.Exception?.GetType().Name}");
                return default;
            },
        })));
        _proxy.Cut();

        var sending = PublishAsync(transport);
        var seen = await retries.WaitAsync("a retry of the user's pipeline");
        _proxy.Resume();

        await sending.WithinBound("the publish");
        seen.ShouldBe($"celery.Connect amqp://{_broker.User}:**@127.0.0.1:{_proxy.Port}// BrokerUnavailableException");
    }

    [Fact]
    public async Task Users_pipeline_may_give_a_connection_up_long_before_the_deadline()
    {
        await using var transport = Create(Pipelines.With(CeleryOperation.Connect, (_, _) => { }));
        _proxy.Cut();

        (await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport).WithinBound("the only attempt"))).Message.ShouldStartWith("Cannot connect to amqp://");

        _proxy.Resume();
        await PublishAsync(transport).WithinBound("the next attempt");
    }

    [Fact]
    public async Task Attempts_to_connect_end_with_the_number_the_options_allow()
    {
        await using var transport = Create(Pipelines.WithConnectRetries(1));
        _proxy.Cut();

        await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport).WithinBound("the second attempt"));

        _log.Lines.Count(line => line.EventId.Id == 1003).ShouldBe(1);
    }

    [Fact]
    public async Task Consumer_ends_when_its_connection_was_lost_and_the_attempts_are_used_up()
    {
        await using var transport = Create(Pipelines.WithConnectRetries(1));
        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([_queue], 1), Token).WithinBound("a consumer");

        _proxy.Cut();

        await Should.ThrowAsync<BrokerUnavailableException>(() => consumer.Deliveries.Completion.WithinBound("the end of the deliveries"));
    }

    [Fact]
    public async Task Consuming_again_goes_through_the_users_pipeline()
    {
        var entered = new TestSignal<string>();
        await using var transport = Create(Pipelines.With(CeleryOperation.Consume, (pipeline, context) => pipeline
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = 1,
                Delay = TimeSpan.Zero,
                ShouldHandle = attempt =>
                {
                    entered.Fire(attempt.Context.OperationKey ?? "?");
                    return new(false);
                },
            })
            .AddCeleryDefault(context)));
        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([_queue], 1), Token).WithinBound("a consumer");
        entered.Count.ShouldBe(0);

        _proxy.CutConnections();

        (await entered.WaitAsync("consuming again")).ShouldBe("celery.Consume");
        await PublishAsync(transport).WithinBound("a publish");
        (await consumer.Deliveries.ReadAsync(Token).AsTask().WithinBound("the message")).Envelope.ShouldNotBeNull();
    }

    [Fact]
    public async Task Consumer_whose_pipeline_gives_up_ends_with_the_reason()
    {
        await using var transport = Create(Pipelines.With(
            CeleryOperation.Consume, (pipeline, _) => pipeline.AddTimeout(TimeSpan.FromMilliseconds(50))));
        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([_queue], 1), Token).WithinBound("a consumer");

        _proxy.Cut();

        var error = await Should.ThrowAsync<BrokerUnavailableException>(() => consumer.Deliveries.Completion.WithinBound("the end of the deliveries"));
        error.Message.ShouldStartWith("Cannot connect to amqp://");
    }

    private AmqpTransport Create(ResiliencePipelines? resilience) => new(
        new TransportOptions(BrokerUrl.ParseList($"amqp://{_broker.User}:{_broker.Password}@127.0.0.1:{_proxy.Port}//")) { Resilience = resilience }, TimeProvider.System, _log);

    private Task PublishAsync(AmqpTransport transport)
        => transport.Publisher.PublishAsync(MessageFactory.Text("message"), new Destination("", _queue.Name) { Declare = _queue }, Token).AsTask();
}
