using CeleryNet.Hosting;
using CeleryNet.Resilience;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Hosting;

/// <summary>What the transports are told of the options.</summary>
public sealed class TransportFactoryTests
{
    private static readonly ResiliencePipelines _resilience = ResiliencePipelines.Default(TimeProvider.System);

    [Theory]
    [InlineData("amqp://h", false, false)]
    [InlineData("amqp://h", true, true)]
    [InlineData("amqps://h", false, true)]
    [InlineData("redis://h", true, true)]
    [InlineData("redis://h", false, false)]
    public void Broker_has_TLS_when_its_scheme_or_the_option_says_so(string url, bool enabled, bool usesTls)
        => Broker(url, new CeleryOptions { Tls = new() { Enabled = enabled } }).Urls.ShouldHaveSingleItem().UsesTls.ShouldBe(usesTls);

    [Fact]
    public void Sentinels_have_TLS_when_the_option_says_so()
    {
        var options = Broker("sentinel://h", new CeleryOptions { Tls = new() { Enabled = true }, SentinelMasterName = "main" });

        RedisTarget.Create(options).ShouldHaveSingleItem().CreateConfiguration().Ssl.ShouldBeTrue();
    }

    [Fact]
    public void TLS_of_the_broker_is_not_asked_of_a_backend_without_but_its_files_are_used_for_one_with()
    {
        var options = new CeleryOptions { Tls = new() { Enabled = true, ServerName = "broker" } };

        Backend("redis://h", options).Urls.ShouldHaveSingleItem().UsesTls.ShouldBeFalse();
        Backend("rediss://h", options).Tls.ServerName.ShouldBe("broker");
    }

    [Fact]
    public void Backend_has_TLS_of_its_own_when_there_is_one()
    {
        var options = new CeleryOptions { Tls = new() { ServerName = "broker", AllowInvalidCertificates = true }, ResultTls = new() { Enabled = true, ServerName = "backend" } };

        var backend = Backend("redis://h", options);

        backend.Urls.ShouldHaveSingleItem().UsesTls.ShouldBeTrue();
        (backend.Tls.ServerName, backend.Tls.AllowInvalidCertificates).ShouldBe(("backend", false));
        Broker("redis://h", options).Urls.ShouldHaveSingleItem().UsesTls.ShouldBeFalse();
    }

    [Fact]
    public void Redis_has_a_time_to_connect_of_its_own_when_there_is_one()
    {
        var options = new CeleryOptions { ConnectTimeout = TimeSpan.FromSeconds(7), RedisConnectTimeout = TimeSpan.FromSeconds(2) };

        Broker("redis://h", options).ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(2));
        Backend("redis://h", options).ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(2));
        Broker("amqp://h", options).ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(7));
        Broker("redis://h", new CeleryOptions { ConnectTimeout = TimeSpan.FromSeconds(7) }).ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(8, 4)]
    [InlineData(3600, 10)]
    public void Lost_messages_are_looked_for_the_more_often_the_sooner_they_count_as_lost(int visibilityTimeout, int interval)
        => Broker("redis://h", new CeleryOptions { VisibilityTimeout = TimeSpan.FromSeconds(visibilityTimeout) }).RestoreInterval.ShouldBe(TimeSpan.FromSeconds(interval));

    [Fact]
    public void Backends_master_is_the_brokers_unless_it_has_a_name_of_its_own()
    {
        Backend("sentinel://h", new CeleryOptions { SentinelMasterName = "main" }).SentinelMasterName.ShouldBe("main");
        Backend("sentinel://h", new CeleryOptions { SentinelMasterName = "main", ResultSentinelMasterName = "results" }).SentinelMasterName.ShouldBe("results");
        Broker("sentinel://h", new CeleryOptions { SentinelMasterName = "main", ResultSentinelMasterName = "results" }).SentinelMasterName.ShouldBe("main");
    }

    [Fact]
    public void Names_of_Redis_are_those_of_the_options_and_by_default_Celerys()
    {
        var options = Broker("redis://h", new CeleryOptions { RedisSeparator = "::", FanoutPrefix = "/shop.", FanoutPatterns = false });

        (options.Separator, options.FanoutPrefix, options.FanoutPatterns).ShouldBe(("::", "/shop.", false));
        var defaults = Broker("redis://h", new CeleryOptions());
        (defaults.Separator, defaults.FanoutPrefix, defaults.FanoutPatterns).ShouldBe(("\u0006\u0016", "/{db}.", true));
        var transports = new TransportOptions([]);
        (transports.Separator, transports.FanoutPrefix, transports.FanoutPatterns).ShouldBe((defaults.Separator, defaults.FanoutPrefix, defaults.FanoutPatterns));
    }

    [Theory]
    [InlineData(null, true, "UTC")]
    [InlineData("Asia/Tokyo", true, "Asia/Tokyo")]
    [InlineData("Asia/Tokyo", false, "Asia/Tokyo")]
    public void Zone_is_UTC_unless_it_is_set(string? zone, bool enableUtc, string found)
        => new CeleryOptions { TimeZone = zone, EnableUtc = enableUtc }.FindTimeZone().Id.ShouldBe(found);

    [Fact]
    public void Zone_is_the_systems_when_it_is_not_to_be_UTC()
        => new CeleryOptions { EnableUtc = false }.FindTimeZone().ShouldBeSameAs(TimeZoneInfo.Local);

    private static TransportOptions Broker(string url, CeleryOptions options) => TransportFactory.CreateOptions(options, _resilience, BrokerUrl.ParseList(url));

    private static TransportOptions Backend(string url, CeleryOptions options) => TransportFactory.CreateResultOptions(options, _resilience, BrokerUrl.ParseList(url));
}
