using CeleryNet.Worker;

namespace CeleryNet.Tests.Worker;

public sealed class NodeNameTests
{
    [Theory]
    [InlineData("celery@%h", "web1.example.com", "celery@web1.example.com")]
    [InlineData("celery@%n", "web1.example.com", "celery@web1")]
    [InlineData("celery@%d", "web1.example.com", "celery@example.com")]
    [InlineData("%n@%d", "web1.example.com", "web1@example.com")]
    [InlineData("celery@%h", "web1", "celery@web1")]
    [InlineData("celery@%n", "web1", "celery@web1")]
    [InlineData("celery@x%d", "web1", "celery@x")]
    [InlineData("100%%@%h", "web1", "100%@web1")]
    [InlineData("%%h@%h", "web1", "%h@web1")]
    [InlineData("fixed@name", "web1", "fixed@name")]
    [InlineData("math", "web1.example.com", "celery@math")]
    [InlineData("%n", "web1.example.com", "celery@web1")]
    [InlineData("x@", "web1.example.com", "x@web1.example.com")]
    [InlineData("@y", "web1.example.com", "celery@y")]
    [InlineData("a@b@c", "web1.example.com", "a@b@c")]
    [InlineData("w%i@%h", "web1.example.com", "w0@web1.example.com")]
    [InlineData("worker%I@%d", "web1.example.com", "worker@example.com")]
    public void A_node_name_is_expanded_and_completed_as_Celery_does_it(string format, string machine, string expected)
        => NodeName.Expand(format, machine).ShouldBe(expected);

    [Theory]
    [InlineData("/var/%n.state", "mail@web1.example.com", "/var/mail.state")]
    [InlineData("/var/%h-%d/%p", "mail@web1.example.com", "/var/web1.example.com-example.com/mail@web1.example.com")]
    [InlineData("100%%%d", "mail@web1", "100%")]
    public void A_path_is_expanded_for_its_node(string format, string hostname, string expected) => NodeName.ExpandPath(format, hostname).ShouldBe(expected);

    [Theory]
    [InlineData("/var/%i", "%h, %n, %d, %p and %% are known")]
    [InlineData("", "'/var/lib/worker/%n.state' would work")]
    public void A_path_that_cannot_be_expanded_is_refused_with_what_could_be(string format, string hint)
        => Should.Throw<CeleryConfigurationException>(() => NodeName.ExpandPath(format, "mail@web1")).Message.ShouldContain(hint);

    [Theory]
    [InlineData("celery@%x", "%h, %n, %d, %i, %I and %% are known")]
    [InlineData("celery@%", "%h, %n, %d, %i, %I and %% are known")]
    [InlineData("%H", "%h, %n, %d, %i, %I and %% are known")]
    [InlineData("", "'celery@%h' would work")]
    [InlineData("  ", "'celery@%h' would work")]
    public void What_cannot_be_expanded_is_refused_with_what_could_be(string format, string hint)
        => Should.Throw<CeleryConfigurationException>(() => NodeName.Expand(format, "web1")).Message.ShouldContain(hint);
}
