using CeleryNet.Transports;

namespace CeleryNet.Tests.Transports;

public sealed class BrokerUrlTests
{
    [Theory]
    [InlineData("amqp://user:pass@host:5673/vhost", "amqp", "host", 5673, "user", "pass", "vhost")]
    [InlineData("amqp://user@host/vhost", "amqp", "host", null, "user", null, "vhost")]
    [InlineData("amqp://host", "amqp", "host", null, null, null, "/")]
    [InlineData("amqp://host/", "amqp", "host", null, null, null, "/")]
    [InlineData("amqp://host//", "amqp", "host", null, null, null, "/")]
    [InlineData("amqp://host/%2F", "amqp", "host", null, null, null, "/")]
    [InlineData("amqp://host/foo", "amqp", "host", null, null, null, "foo")]
    [InlineData("amqp://host//foo", "amqp", "host", null, null, null, "/foo")]
    [InlineData("amqp://host/%2Ffoo", "amqp", "host", null, null, null, "/foo")]
    [InlineData("amqp://", "amqp", "localhost", null, null, null, "/")]
    [InlineData("amqp://guest@", "amqp", "localhost", null, "guest", null, "/")]
    [InlineData("amqp://:5673", "amqp", "localhost", 5673, null, null, "/")]
    [InlineData("amqp://host:/v", "amqp", "host", null, null, null, "v")]
    [InlineData("AMQPS://Host/v", "amqps", "Host", null, null, null, "v")]
    [InlineData("pyamqp://guest:guest@host//", "pyamqp", "host", null, "guest", "guest", "/")]
    [InlineData("amqp://us%40er:p%3Aa%2Fs%25s@host/v%20h", "amqp", "host", null, "us@er", "p:a/s%s", "v h")]
    [InlineData("amqp://user:p@ss@host/v", "amqp", "host", null, "user", "p@ss", "v")]
    [InlineData("amqp://user:pa:ss@host/v", "amqp", "host", null, "user", "pa:ss", "v")]
    [InlineData("amqp://[::1]:5673/v", "amqp", "::1", 5673, null, null, "v")]
    [InlineData("amqp://guest:guest@[fe80::1]/v", "amqp", "fe80::1", null, "guest", "guest", "v")]
    [InlineData("amqp://host/v?heartbeat=30", "amqp", "host", null, null, null, "v")]
    public void Amqp_url_is_read_as_kombu_reads_it(string text, string scheme, string host, int? port, string? user, string? password, string virtualHost)
    {
        var url = BrokerUrl.Parse(text);

        (url.Scheme, url.Host, url.Port, url.User, url.Password, url.VirtualHost).ShouldBe((scheme, host, port, user, password, virtualHost));
    }

    [Theory]
    [InlineData("redis://host", "host", null, null, null, 0)]
    [InlineData("redis://host/", "host", null, null, null, 0)]
    [InlineData("redis://host/3", "host", null, null, null, 3)]
    [InlineData("redis://host//3", "host", null, null, null, 3)]
    [InlineData("redis://host:6380/1", "host", 6380, null, null, 1)]
    [InlineData("redis://:secret@host/0", "host", null, null, "secret", 0)]
    [InlineData("redis://user:secret@host/0", "host", null, "user", "secret", 0)]
    [InlineData("redis://", "localhost", null, null, null, 0)]
    [InlineData("rediss://:p%40ss@host:6380/2?ssl_cert_reqs=required", "host", 6380, null, "p@ss", 2)]
    [InlineData("redis+socket:///run/redis.sock?virtual_host=4", "localhost", null, null, null, 4)]
    public void Redis_url_is_read_as_kombu_reads_it(string text, string host, int? port, string? user, string? password, int database)
    {
        var url = BrokerUrl.Parse(text);

        (url.Host, url.Port, url.User, url.Password, url.Database).ShouldBe((host, port, user, password, database));
    }

    [Fact]
    public void Socket_url_keeps_its_path() => BrokerUrl.Parse("redis+socket:///run/redis.sock?virtual_host=4").Path.ShouldBe("run/redis.sock");

    [Fact]
    public void Query_is_decoded()
    {
        var query = BrokerUrl.Parse("rediss://host/0?ssl_ca_certs=%2Fetc%2Fca.pem&name=a+b%2Bc&flag&empty=").Query;

        query.ShouldBe(
            new Dictionary<string, string> { ["ssl_ca_certs"] = "/etc/ca.pem", ["name"] = "a b+c", ["flag"] = "", ["empty"] = "" },
            ignoreOrder: true);
    }

    [Fact]
    public void Urls_that_stand_in_for_each_other_are_separated_by_semicolons()
        => BrokerUrl.ParseList("amqp://one//; amqp://two// ;sentinel://three:26379").Select(url => (url.Scheme, url.Host, url.Port)).ShouldBe(
        [
            ("amqp", "one", null), ("amqp", "two", null), ("sentinel", "three", 26379),
        ]);

    [Theory]
    [InlineData("amqp", false)]
    [InlineData("amqps", true)]
    [InlineData("pyamqps", true)]
    [InlineData("redis", false)]
    [InlineData("rediss", true)]
    [InlineData("memory", false)]
    public void Scheme_says_whether_it_is_encrypted(string scheme, bool encrypted) => BrokerUrl.Parse($"{scheme}://host/").UsesTls.ShouldBe(encrypted);

    [Theory]
    [InlineData("amqp://user:secret@host:5673/vhost?heartbeat=30", "amqp://user:**@host:5673/vhost")]
    [InlineData("redis://:secret@host/1", "redis://:**@host/1")]
    [InlineData("amqp://user@host//", "amqp://user@host//")]
    [InlineData("amqp://[::1]:5673/v", "amqp://[::1]:5673/v")]
    [InlineData("memory://", "memory://localhost/")]
    public void Shown_url_has_no_password(string text, string shown) => BrokerUrl.Parse(text).ToString().ShouldBe(shown);

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(";")]
    public void Empty_list_is_refused_with_an_example(string text)
        => Should.Throw<CeleryConfigurationException>(() => BrokerUrl.ParseList(text)).Message.ShouldContain("'redis://localhost:6379/0' would work");

    [Theory]
    [InlineData("localhost")]
    [InlineData("://host")]
    [InlineData("user:secret@host/vhost")]
    [InlineData("amqp:/user:secret@host")]
    public void Text_without_a_scheme_is_refused_without_its_password(string text)
    {
        var error = Should.Throw<CeleryConfigurationException>(() => BrokerUrl.Parse(text));

        error.Message.ShouldContain("must start with a scheme");
        error.Message.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("amqp://user:secret@host:port/v", "port")]
    [InlineData("amqp://user:secret@host:0/v", "0")]
    [InlineData("amqp://user:secret@host:65536/v", "65536")]
    [InlineData("amqp://user:secret@host:-1/v", "-1")]
    public void Port_out_of_range_is_refused_without_the_password(string text, string port)
    {
        var error = Should.Throw<CeleryConfigurationException>(() => BrokerUrl.Parse(text));

        error.Message.ShouldContain($"must be a number from 1 to 65535, was '{port}'");
        error.Message.ShouldNotContain("secret");
    }

    [Fact]
    public void Database_that_is_not_a_number_is_refused_without_the_password()
    {
        var error = Should.Throw<CeleryConfigurationException>(() => BrokerUrl.Parse("redis://:secret@host/first").Database);

        error.Message.ShouldContain("must be a Redis database number such as /0, was '/first'");
        error.Message.ShouldNotContain("secret");
    }
}
