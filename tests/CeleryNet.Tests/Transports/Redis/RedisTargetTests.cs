using System.Net;
using System.Net.Sockets;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

public sealed class RedisTargetTests
{
    [Fact]
    public void Url_becomes_the_clients_options()
    {
        var target = Target("redis://me:p%40ss@host:7000/3", options => options with { ConnectTimeout = TimeSpan.FromSeconds(9), ConnectionName = "my worker" });

        var configuration = target.CreateConfiguration();

        configuration.EndPoints.ShouldHaveSingleItem().ShouldBe(new DnsEndPoint("host", 7000));
        configuration.User.ShouldBe("me");
        configuration.Password.ShouldBe("p@ss");
        configuration.DefaultDatabase.ShouldBe(3);
        configuration.Ssl.ShouldBeFalse();
        configuration.ConnectTimeout.ShouldBe(9000);
        configuration.ClientName.ShouldBe("my-worker");
        target.Display.ShouldNotContain("p@ss");
    }

    [Theory]
    [InlineData("redis://host", "host", 6379)]
    [InlineData("rediss://host", "host", 6379)]
    public void Port_is_redis_own_unless_given(string url, string host, int port)
        => Target(url).CreateConfiguration().EndPoints.ShouldHaveSingleItem().ShouldBe(new DnsEndPoint(host, port));

    [Fact]
    public void Address_is_not_resolved() => Target("redis://127.0.0.1:1").CreateConfiguration().EndPoints.ShouldHaveSingleItem().ShouldBe(new IPEndPoint(IPAddress.Loopback, 1));

    [Theory]
    [InlineData("redis+socket:///run/redis.sock", 0)]
    [InlineData("redis+socket:///run/redis.sock?virtual_host=4", 4)]
    [InlineData("socket://:pw@/run/redis.sock", 0)]
    public void Socket_has_its_path_from_the_url_and_its_database_from_the_query(string url, int database)
    {
        var target = Target(url);

        target.CreateConfiguration().EndPoints.ShouldHaveSingleItem().ShouldBe(new UnixDomainSocketEndPoint("/run/redis.sock"));
        target.Database.ShouldBe(database);
    }

    [Fact]
    public void Sentinels_are_one_target()
    {
        var target = Target("sentinel://a:1;sentinel://b", options => options with { SentinelMasterName = "main" });

        var configuration = target.CreateConfiguration();

        configuration.EndPoints.ShouldBe([new DnsEndPoint("a", 1), new DnsEndPoint("b", 26379)]);
        configuration.ServiceName.ShouldBe("main");
        target.Tls.ShouldBeNull();
    }

    [Fact]
    public void Sentinels_have_tls_when_a_key_of_the_query_asks_for_it()
        => Target("sentinel://a?ssl_cert_reqs=CERT_REQUIRED", options => options with { SentinelMasterName = "main" }).Tls.ShouldNotBeNull();

    [Theory]
    [InlineData("sentinel://a", "SentinelMasterName")]
    [InlineData("sentinel://a;redis://b", "mixes")]
    [InlineData("amqp://a", "scheme must be redis")]
    [InlineData("redis://a/x", "database number")]
    [InlineData("rediss://a?ssl_cert_reqs=maybe", "CERT_REQUIRED")]
    [InlineData("rediss://a?ssl_check_hostname=maybe", "ssl_check_hostname")]
    [InlineData("rediss://a?ssl_ca_certs=/does/not/exist.pem", "/does/not/exist.pem")]
    [InlineData("rediss://a?ssl_certfile=/does/not/exist.pem", "ssl_certfile")]
    public void Url_that_does_not_fit_is_a_configuration_error_that_says_why(string url, string reason)
        => Should.Throw<CeleryConfigurationException>(() => Target(url)).Message.ShouldContain(reason);

    [Fact]
    public void Host_is_the_name_to_check_unless_another_is_given()
    {
        Target("rediss://host").Tls!.ForHost("host").TargetHost.ShouldBe("host");
        Target("rediss://host", options => options with { Tls = new() { ServerName = "other" } }).Tls!.ForHost("host").TargetHost.ShouldBe("other");
    }

    private static RedisTarget Target(string urls, Func<TransportOptions, TransportOptions>? tweak = null)
    {
        var options = new TransportOptions(BrokerUrl.ParseList(urls));
        return RedisTarget.Create(tweak is null ? options : tweak(options)).ShouldHaveSingleItem();
    }
}
