using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;

namespace CeleryNet.Contract.Tests.Amqp;

/// <summary>What needs a node that may be disturbed: TLS, forced closing, alarms, restarts.</summary>
public sealed class AmqpNodeTests(RabbitMqNode node) : IClassFixture<RabbitMqNode>
{
    private readonly RecordingLogger _log = new();
    private readonly QueueSpec _queue = QueueSpec.Named(Names.Unique("node"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tls_works_with_the_authoritys_certificate()
    {
        await using var transport = Create(node.TlsUrl, new() { CaCertificateFile = node.CaCertificateFile });

        await PublishAsync(transport, "encrypted");

        await using var consumer = await ConsumeAsync(transport);
        (await ReadTextAsync(consumer)).ShouldBe("encrypted");
        (await node.ControlAsync("list_connections", "ssl")).ShouldContain("true");
    }

    [Fact]
    public async Task Tls_is_used_for_a_url_without_when_it_is_asked_for()
    {
        await using var transport = Create(node.TlsUrl with { Scheme = "amqp", RequiresTls = true }, new() { CaCertificateFile = node.CaCertificateFile });

        await PublishAsync(transport, "encrypted");

        (await node.ControlAsync("list_connections", "ssl")).ShouldContain("true");
    }

    [Fact]
    public async Task Tls_shows_our_certificate_when_there_is_one()
    {
        await using var transport = Create(
            node.TlsUrl,
            new() { CaCertificateFile = node.CaCertificateFile, CertificateFile = node.ClientCertificateFile, KeyFile = node.ClientKeyFile });

        await PublishAsync(transport, "encrypted");

        (await node.ControlAsync("list_connections", "peer_cert_subject")).ShouldContain("celerynet-test-client");
    }

    [Fact]
    public async Task Tls_refuses_a_server_of_unknown_authority()
    {
        await using var transport = Create(node.TlsUrl, new());

        var error = await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport, "never"));

        error.Message.ShouldContain("certificate");
        error.Message.ShouldContain("CaCertificateFile");
        error.Message.ShouldNotContain("guest:guest");
    }

    [Fact]
    public async Task Tls_refuses_a_server_of_another_name()
    {
        await using var transport = Create(node.TlsUrlByAddress, new() { CaCertificateFile = node.CaCertificateFile });
        (await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport, "never"))).Message.ShouldContain("certificate");

        await using var named = Create(node.TlsUrlByAddress, new() { CaCertificateFile = node.CaCertificateFile, ServerName = "localhost" });
        await PublishAsync(named, "encrypted");
    }

    [Fact]
    public async Task Tls_takes_any_certificate_when_told_to()
    {
        await using var transport = Create(node.TlsUrl, new() { AllowInvalidCertificates = true });

        await PublishAsync(transport, "encrypted");
    }

    [Fact]
    public void Missing_certificate_file_is_named()
        => Should.Throw<CeleryConfigurationException>(() => Create(node.TlsUrl, new() { CaCertificateFile = "no-such-file.pem" }))
            .Message.ShouldContain("'no-such-file.pem'");

    [Fact]
    public async Task Consuming_and_publishing_go_on_after_the_broker_closed_all_connections()
    {
        await using var transport = Create(node.Url);
        await PublishAsync(transport, "before");
        await using var consumer = await ConsumeAsync(transport);
        var inHand = await consumer.Deliveries.ReadAsync(Token);

        await node.ControlAsync("close_all_connections", "for a test");

        var again = await consumer.Deliveries.ReadAsync(Token).WithinBound("the message to come again");
        inHand.Lost.IsCancellationRequested.ShouldBeTrue();
        again.Redelivered.ShouldBeTrue();
        await inHand.SettleAsync(Settlement.Ack, Token);
        await again.SettleAsync(Settlement.Ack, Token);
        await PublishAsync(transport, "after");
        (await ReadTextAsync(consumer)).ShouldBe("after");
        _log.Lines.ShouldContain(line => line.EventId.Id == 1002 && line.Message.Contains("for a test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Consuming_and_publishing_go_on_after_the_broker_was_restarted()
    {
        await using var transport = Create(node.Url);
        await PublishAsync(transport, "kept");
        await using var consumer = await ConsumeAsync(transport);
        await consumer.Deliveries.ReadAsync(Token);

        await node.ControlAsync("stop_app");
        await node.ControlAsync("start_app");

        (await ReadTextAsync(consumer)).ShouldBe("kept");
        await PublishAsync(transport, "after");
        (await ReadTextAsync(consumer)).ShouldBe("after");
    }

    [Fact]
    public async Task Publish_during_an_alarm_waits_and_says_why_when_its_token_fires()
    {
        await using var transport = Create(node.Url);
        await PublishAsync(transport, "before");
        await using var consumer = await ConsumeAsync(transport, prefetch: 10);
        (await ReadTextAsync(consumer)).ShouldBe("before");
        await node.ControlAsync("set_vm_memory_high_watermark", "0.000001");
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        try
        {
            var publish = transport.Publisher.PublishAsync(MessageFactory.Text("during"), To(_queue), first.Token).AsTask();
            await UntilBlockedAsync();
            var late = transport.Publisher.PublishAsync(MessageFactory.Text("never sent"), To(_queue), second.Token).AsTask();
            await first.CancelAsync();
            await second.CancelAsync();

            (await Should.ThrowAsync<BrokerUnavailableException>(() => publish)).Message.ShouldContain("low on memory");
            (await Should.ThrowAsync<BrokerUnavailableException>(() => late)).Message.ShouldContain("was not sent");
        }
        finally
        {
            await node.ControlAsync("set_vm_memory_high_watermark", "0.4");
        }

        await PublishAsync(transport, "after");
        var bodies = new List<string> { await ReadTextAsync(consumer) };
        if (bodies[0] == "during")
        {
            bodies.Add(await ReadTextAsync(consumer));
        }

        bodies[^1].ShouldBe("after");
    }

    [Fact]
    public async Task Consumer_goes_on_when_a_delivery_was_held_too_long()
    {
        await node.ControlAsync("eval", "application:set_env(rabbit, consumer_timeout, 100), application:set_env(rabbit, channel_tick_interval, 100).");
        try
        {
            await using var transport = Create(node.Url);
            await PublishAsync(transport, "held");
            await using var consumer = await ConsumeAsync(transport);
            var held = await consumer.Deliveries.ReadAsync(Token);

            var again = await consumer.Deliveries.ReadAsync(Token).WithinBound("the message to come again");

            held.Lost.IsCancellationRequested.ShouldBeTrue();
            again.Redelivered.ShouldBeTrue();
            await again.SettleAsync(Settlement.Ack, Token);
            _log.Lines.ShouldContain(line => line.EventId.Id == 1020 && line.Message.Contains("PRECONDITION_FAILED", StringComparison.Ordinal));
        }
        finally
        {
            await node.ControlAsync("eval", "application:set_env(rabbit, consumer_timeout, 1800000), application:set_env(rabbit, channel_tick_interval, 60000).");
        }
    }

    private static Destination To(QueueSpec queue) => new("", queue.Name) { Declare = queue };

    private static async Task<string> ReadTextAsync(IConsumer consumer)
    {
        var delivery = await consumer.Deliveries.ReadAsync(Token).WithinBound("a delivery", Bound.Long);
        await delivery.SettleAsync(Settlement.Ack, Token);
        return MessageFactory.TextOf(delivery.Envelope);
    }

    private async Task UntilBlockedAsync()
    {
        while (!(await node.ControlAsync("list_connections", "state")).Contains("blocked", StringComparison.Ordinal))
        {
            Token.ThrowIfCancellationRequested();
        }
    }

    private AmqpTransport Create(BrokerUrl url, TransportTlsOptions? tls = null)
        => new(new TransportOptions([url]) { Tls = tls ?? new(), ConnectTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, _log);

    private Task<IConsumer> ConsumeAsync(AmqpTransport transport, int prefetch = 1)
        => transport.ConsumeAsync(new ConsumerRequest([_queue], prefetch), Token).WithinBound("a consumer");

    private Task PublishAsync(AmqpTransport transport, string body)
        => transport.Publisher.PublishAsync(MessageFactory.Text(body), To(_queue), Token).WithinBound("a publish", Bound.Long);
}
