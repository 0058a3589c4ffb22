using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>Every kind of URL against a real server of its kind, and what an error says when there is none.</summary>
public sealed class RedisConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task User_and_password_let_us_in()
    {
        await using var server = await StartWithPasswordsAsync();

        await RoundTripAsync($"redis://worker:p%40ss@127.0.0.1:{Number(server.Port)}/0");
        await RoundTripAsync($"redis://:s3cret@127.0.0.1:{Number(server.Port)}/0");
    }

    [Theory]
    [InlineData("worker:wrongpw@", "WRONGPASS")]
    [InlineData(":wrongpw@", "WRONGPASS")]
    [InlineData("", "NOAUTH")]
    public async Task Wrong_password_is_an_error_that_says_so_without_the_password(string credentials, string reason)
    {
        await using var server = await StartWithPasswordsAsync();

        var error = await RefusedAsync($"redis://{credentials}127.0.0.1:{Number(server.Port)}/0");

        error.Message.ShouldContain(reason);
        error.Message.ShouldContain($"127.0.0.1:{Number(server.Port)}");
        error.ToString().ShouldNotContain("wrongpw");
    }

    [Fact]
    public async Task Nobody_listening_is_an_error_that_says_so()
    {
        var port = FreePort.Next();

        var error = await RefusedAsync($"redis://:s3cret@127.0.0.1:{Number(port)}/0");

        error.Message.ShouldContain($"redis://:**@127.0.0.1:{Number(port)}/0");
        error.Message.ShouldContain("refused");
    }

    [Fact]
    public async Task Server_that_does_not_answer_is_an_error_within_the_connect_timeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var error = await RefusedAsync(
            $"redis://127.0.0.1:{Number(((IPEndPoint)silent.LocalEndpoint).Port)}/0", options => options with { ConnectTimeout = TimeSpan.FromMilliseconds(300) });

        error.Message.ShouldContain("Cannot connect");
    }

    [Fact]
    public async Task Token_that_fires_while_connecting_is_an_error_that_says_so()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var transport = Create($"redis://127.0.0.1:{Number(((IPEndPoint)silent.LocalEndpoint).Port)}/0", options => options with { ConnectTimeout = TimeSpan.FromMinutes(10) });
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        var error = await Should.ThrowAsync<BrokerUnavailableException>(async () =>
            await transport.ConsumeAsync(new ConsumerRequest([QueueSpec.Named("q")], 1), deadline.Token));

        error.Message.ShouldContain("the time given for it ran out");
    }

    [Fact]
    public async Task Database_the_server_does_not_have_is_an_error_that_says_so()
    {
        var error = await RefusedAsync(TestBrokers.RedisDatabase(4711));

        error.Message.ShouldContain("4711");
        error.Message.ShouldContain("database", Case.Insensitive);
    }

    [Fact]
    public async Task Messages_are_in_the_database_of_the_url()
    {
        await using var server = await RedisServer.StartAsync();
        await using var transport = Create($"redis://127.0.0.1:{Number(server.Port)}/5");

        await PublishAsync(transport);

        await using var client = await server.ConnectAsync();
        (await client.GetDatabase(5).ListLengthAsync("q")).ShouldBe(1);
        (await client.GetDatabase(0).ListLengthAsync("q")).ShouldBe(0);
    }

    [Fact]
    public async Task Every_key_and_channel_has_the_global_prefix()
    {
        await using var server = await RedisServer.StartAsync();
        await using var transport = Create(server.Url, options => options with { GlobalKeyPrefix = "team-" });

        await PublishAsync(transport);
        await using (var consumer = await transport.ConsumeAsync(new ConsumerRequest([QueueSpec.Named("q")], 1), Token))
        {
            await RedisSpace.ReadAsync(consumer);
            await using var client = await server.ConnectAsync();
            var keys = await client.GetServers()[0].KeysAsync(0).Select(key => key.ToString()).ToListAsync(Token);
            keys.Order().ShouldBe(["team-_kombu.binding.q", "team-unacked", "team-unacked_index"]);
        }
    }

    [Fact]
    public async Task Certificate_of_a_known_authority_is_trusted()
    {
        await using var server = await StartWithTlsAsync();

        await RoundTripAsync($"rediss://127.0.0.1:{Number(server.Port)}/0?ssl_cert_reqs=CERT_REQUIRED&ssl_ca_certs={server.Authority}");
        await RoundTripAsync($"rediss://127.0.0.1:{Number(server.Port)}/0", options => options with { Tls = new() { CaCertificateFile = server.Authority } });
    }

    [Fact]
    public async Task Url_without_TLS_has_it_when_it_is_asked_for()
    {
        await using var server = await StartWithTlsAsync();
        var url = $"redis://127.0.0.1:{Number(server.Port)}/0";

        await RefusedAsync(url);

        await RoundTripAsync(
            url, options => options with { Urls = [options.Urls[0] with { RequiresTls = true }], Tls = new() { CaCertificateFile = server.Authority } });
    }

    [Fact]
    public async Task Certificate_of_an_unknown_authority_is_refused()
    {
        await using var server = await StartWithTlsAsync();

        var error = await RefusedAsync($"rediss://127.0.0.1:{Number(server.Port)}/0");

        error.Message.ShouldContain("certificate", Case.Insensitive);
    }

    [Fact]
    public async Task Certificate_for_another_name_is_refused_unless_names_are_not_checked()
    {
        await using var server = await StartWithTlsAsync();
        var url = $"rediss://localhost:{Number(server.Port)}/0?ssl_ca_certs={server.Authority}";

        await RefusedAsync(url);

        await RoundTripAsync(url + "&ssl_check_hostname=false");
        await RoundTripAsync(url, options => options with { Tls = new() { ServerName = "127.0.0.1" } });
    }

    [Fact]
    public async Task Any_certificate_is_taken_when_none_is_required()
    {
        await using var server = await StartWithTlsAsync();

        await RoundTripAsync($"rediss://127.0.0.1:{Number(server.Port)}/0?ssl_cert_reqs=CERT_NONE");
    }

    [Fact]
    public async Task Server_that_wants_a_certificate_gets_ours()
    {
        await using var server = await StartWithTlsAsync(clientCertificates: true);
        var url = $"rediss://127.0.0.1:{Number(server.Port)}/0?ssl_ca_certs={server.Authority}";

        await RefusedAsync(url);

        await RoundTripAsync($"{url}&ssl_certfile={server.Certificate}&ssl_keyfile={server.Key}");
    }

    [Fact]
    public async Task Unix_socket_works_with_and_without_a_database()
    {
        using var directory = new TestDirectory();
        await using var server = await RedisServer.StartAsync("--unixsocket", directory["redis.sock"]);

        await RoundTripAsync($"redis+socket://{directory["redis.sock"]}?virtual_host=3");
        await RoundTripAsync($"redis+socket://{directory["redis.sock"]}");
    }

    [Fact]
    public async Task Sentinels_lead_to_the_master_and_after_a_failover_to_the_new_one()
    {
        await using var master = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1 " + Number(master.Port));
        await using var sentinel = await RedisSentinel.StartAsync(master.Port);
        await sentinel.WaitForLineAsync("+slave slave");
        await using var transport = Create($"sentinel://127.0.0.1:{Number(sentinel.Port)}", options => options with { SentinelMasterName = "main" });
        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([QueueSpec.Named("q")], 1), Token).WithinBound("a consumer");
        await PublishAsync(transport);
        await (await RedisSpace.ReadAsync(consumer)).SettleAsync(Settlement.Ack, Token);

        await master.KillAsync();
        await sentinel.WaitForLineAsync("+switch-master");

        await PublishUntilTakenAsync(transport).WithinBound("the new master to take a message", Bound.Long);
        RedisSpace.BodyOf(await consumer.Deliveries.ReadAsync(Token).WithinBound("a message from the new master", Bound.Long)).ShouldBe("hello");
    }

    [Fact]
    public async Task Sentinels_that_do_not_know_the_master_are_an_error_that_names_it()
    {
        await using var master = await RedisServer.StartAsync();
        await using var sentinel = await RedisSentinel.StartAsync(master.Port);

        var error = await RefusedAsync($"sentinel://127.0.0.1:{Number(sentinel.Port)}", options => options with { SentinelMasterName = "other" });

        error.Message.ShouldContain("other");
    }

    [Fact]
    public void Sentinels_without_the_name_of_a_master_are_a_configuration_error()
        => Should.Throw<CeleryConfigurationException>(() => Create("sentinel://localhost")).Message.ShouldContain("SentinelMasterName");

    [Fact]
    public async Task Next_url_of_a_list_stands_in_for_one_that_is_down()
    {
        await using var server = await RedisServer.StartAsync();

        await RoundTripAsync($"redis://127.0.0.1:{Number(FreePort.Next())}/0;{server.Url}");
    }

    [Fact]
    public async Task Next_url_of_a_list_takes_over_when_the_first_goes_down()
    {
        await using var first = await RedisServer.StartAsync();
        await using var second = await RedisServer.StartAsync();
        await using var transport = Create($"{first.Url};{second.Url}");
        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([QueueSpec.Named("q")], 1), Token);

        await first.KillAsync();

        await PublishUntilTakenAsync(transport).WithinBound("the second server to take a message");
        RedisSpace.BodyOf(await RedisSpace.ReadAsync(consumer)).ShouldBe("hello");
        await using var client = await second.ConnectAsync();
        (await client.GetDatabase().HashLengthAsync("unacked")).ShouldBe(1);
    }

    [Fact]
    public async Task All_urls_of_a_list_are_named_when_none_works()
    {
        var (one, two) = (FreePort.Next(), FreePort.Next());

        var error = await RefusedAsync($"redis://127.0.0.1:{Number(one)}/0;redis://127.0.0.1:{Number(two)}/0");

        error.Message.ShouldContain(Number(one));
        error.Message.ShouldContain(Number(two));
    }

    [Fact]
    public async Task Server_shows_our_name()
    {
        await using var server = await RedisServer.StartAsync();
        await using var transport = Create(server.Url, options => options with { ConnectionName = "my worker" });

        await PublishAsync(transport);

        await using var client = await server.ConnectAsync(configuration => configuration.AllowAdmin = true);
        (await client.GetServers()[0].ClientListAsync()).Select(connected => connected.Name).ShouldContain("my-worker");
    }

    private static RedisTransport Create(string urls, Func<TransportOptions, TransportOptions>? tweak = null)
    {
        var options = new TransportOptions(BrokerUrl.ParseList(urls));
        return new RedisTransport(tweak is null ? options : tweak(options), TimeProvider.System, new RecordingLogger());
    }

    private static Task PublishAsync(RedisTransport transport)
        => transport.Publisher.PublishAsync(MessageFactory.Text("hello"), new Destination("", "q"), Token).WithinBound("a publish");

    private static async Task PublishUntilTakenAsync(RedisTransport transport)
    {
        while (true)
        {
            try
            {
                await transport.Publisher.PublishAsync(MessageFactory.Text("hello"), new Destination("", "q"), Token);
                return;
            }
            catch (BrokerUnavailableException)
            {
                // Each try waits for a connection by itself.
            }
        }
    }

    // Publishing shows the connection of the Redis client, a message that comes later than the consumer also the one that watches the queue.
    private static async Task RoundTripAsync(string urls, Func<TransportOptions, TransportOptions>? tweak = null)
    {
        var log = new RecordingLogger();
        var options = new TransportOptions(BrokerUrl.ParseList(urls));
        await using var transport = new RedisTransport(tweak is null ? options : tweak(options), TimeProvider.System, log);
        await using var consumer = await transport.ConsumeAsync(new ConsumerRequest([QueueSpec.Named("q")], 1), Token).WithinBound("a consumer");

        await PublishAsync(transport);

        var delivery = await RedisSpace.ReadAsync(consumer);
        RedisSpace.BodyOf(delivery).ShouldBe("hello");
        await delivery.SettleAsync(Settlement.Ack, Token);
        log.Lines.ShouldNotContain(line => line.EventId.Id == 1011);
    }

    private static async Task<BrokerUnavailableException> RefusedAsync(string urls, Func<TransportOptions, TransportOptions>? tweak = null)
    {
        await using var transport = Create(urls, tweak);
        var publish = await Should.ThrowAsync<BrokerUnavailableException>(() => PublishAsync(transport));
        var consume = await Should.ThrowAsync<BrokerUnavailableException>(() =>
            transport.ConsumeAsync(new ConsumerRequest([QueueSpec.Named("q")], 1), Token).WithinBound("a refusal"));
        consume.Message.ShouldBe(publish.Message);
        return consume;
    }

    private static async Task<RedisServerProcess> StartWithPasswordsAsync()
        => await RedisServer.StartAsync("--requirepass", "s3cret", "--user", "worker", "on", ">p@ss", "~*", "&*", "+@all");

    private static async Task<TlsServer> StartWithTlsAsync(bool clientCertificates = false)
    {
        var directory = new TestDirectory();
        var (authority, certificate, key) = (directory["ca.pem"], directory["server.pem"], directory["server.key"]);
        TestCertificates.Write(authority, certificate, key);
        var port = FreePort.Next();
        var server = await RedisServer.StartAsync(
            "--tls-port", Number(port), "--tls-ca-cert-file", authority, "--tls-cert-file", certificate, "--tls-key-file", key,
            "--tls-auth-clients", clientCertificates ? "yes" : "no");
        return new TlsServer(server, directory, port, authority, certificate, key);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record TlsServer(RedisServerProcess Server, TestDirectory Directory, int Port, string Authority, string Certificate, string Key) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            Directory.Dispose();
        }
    }
}
