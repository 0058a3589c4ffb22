using System.Globalization;
using CeleryNet.Interop.Tests.Peers;
using CeleryNet.TestKit;
using Microsoft.Extensions.Options;

namespace CeleryNet.Interop.Tests;

/// <summary>What a user is told who has the wrong URL or too much to send.</summary>
public sealed class ConnectionErrorTests
{
    private const string Password = "s3cr3t-w0rd";

    [Theory]
    [InlineData("redis")]
    [InlineData("amqp")]
    public async Task An_unreachable_broker_is_named_when_the_deadline_is_over(string scheme)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{FreePort.Next()}");
        await using var peer = DotNetPeer.Create(options =>
        {
            options.Broker = url;
            options.PublishTimeout = TimeSpan.FromSeconds(1);
        });

        var error = await Should.ThrowAsync<BrokerUnavailableException>(
            () => peer.Client.SendTaskAsync("interop.add", [1, 2]).WithinBound("the send to fail"));

        error.Message.ShouldContain(url);
        error.Message.ShouldContain(nameof(CeleryOptions.PublishTimeout));
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("amqp")]
    public async Task A_worker_that_shall_not_wait_for_its_broker_does_not_start_without_it(string scheme)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{FreePort.Next()}");
        await using var peer = DotNetPeer.Create(
            options =>
            {
                options.Broker = url;
                options.PublishTimeout = TimeSpan.FromSeconds(1);
            },
            worker => worker.ConnectRetryOnStartup = false);

        var error = await Should.ThrowAsync<BrokerUnavailableException>(peer.StartAsync);

        error.Message.ShouldContain(url);
    }

    [Fact]
    public async Task A_password_that_Redis_refuses_is_told_without_being_shown()
    {
        await using var server = await LockedRedis.StartAsync();
        var url = string.Create(CultureInfo.InvariantCulture, $"redis://:{Password}@127.0.0.1:{server.Port}/0");
        await using var peer = DotNetPeer.Create(options =>
        {
            options.Broker = url;
            options.ResultBackend = url;
            options.PublishTimeout = TimeSpan.FromSeconds(2);
        });

        var state = await Should.ThrowAsync<ResultBackendException>(
            () => peer.Client.GetResult<int>(TaskId.New()).GetStateAsync().WithinBound("the state"));
        var send = await Should.ThrowAsync<CeleryException>(
            () => peer.Client.SendTaskAsync("interop.add", [1, 2], options: new SendOptions { IgnoreResult = true }).WithinBound("the send to fail"));

        send.ShouldBeOfType<BrokerUnavailableException>();
        foreach (var error in new[] { state, send })
        {
            error.Message.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}"));
            error.Message.ShouldContain("WRONGPASS");
            error.ToString().ShouldNotContain(Password);
        }

        peer.Log.Lines.ShouldAllBe(line => !line.ToString().Contains(Password));
    }

    [Fact]
    public async Task A_password_that_RabbitMQ_refuses_is_told_without_being_shown()
    {
        var server = new Uri(TestBrokers.Amqp);
        var url = string.Create(CultureInfo.InvariantCulture, $"amqp://guest:{Password}@{server.Host}:{server.Port}//");
        await using var peer = DotNetPeer.Create(options =>
        {
            options.Broker = url;
            options.PublishTimeout = TimeSpan.FromSeconds(2);
        });

        var error = await Should.ThrowAsync<BrokerUnavailableException>(
            () => peer.Client.SendTaskAsync("interop.add", [1, 2]).WithinBound("the send to fail"));

        error.Message.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"{server.Host}:{server.Port}"));
        error.Message.ShouldContain("ACCESS_REFUSED");
        error.ToString().ShouldNotContain(Password);
        peer.Log.Lines.ShouldAllBe(line => !line.ToString().Contains(Password));
    }

    [Fact]
    public async Task An_unknown_scheme_is_refused_when_the_host_starts()
    {
        await using var peer = DotNetPeer.Create(options =>
        {
            options.Broker = $"kafka://somebody:{Password}@localhost";
            options.ResultBackend = "mysql://localhost";
        });

        var error = await Should.ThrowAsync<OptionsValidationException>(peer.StartAsync);

        error.Message.ShouldContain("kafka");
        error.Message.ShouldContain("mysql");
        error.Message.ShouldContain("amqps");
        error.ToString().ShouldNotContain(Password);
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("amqp")]
    public async Task A_body_beyond_the_limit_is_not_sent(string scheme)
    {
        await using var peer = DotNetPeer.Create(options =>
        {
            options.Broker = scheme == "redis" ? Urls.RedisBroker : TestBrokers.Amqp;
            options.DefaultQueue = Names.Unique("interop-nobody");
        });
        var text = new string('x', new CeleryOptions().MaxBodySize);

        var error = await Should.ThrowAsync<CelerySerializationException>(() => peer.Client.SendTaskAsync("interop.echo", [text]));

        error.Message.ShouldContain(nameof(CeleryOptions.MaxBodySize));
        error.Message.ShouldContain("interop.echo");
    }
}
