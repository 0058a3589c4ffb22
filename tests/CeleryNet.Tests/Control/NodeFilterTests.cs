using CeleryNet.Control;

namespace CeleryNet.Tests.Control;

public sealed class NodeFilterTests
{
    private const string Node = "mail@host1.example";

    [Fact]
    public void A_command_that_names_nobody_is_for_all() => NodeFilter.IsFor(Message(), Node).ShouldBeTrue();

    [Fact]
    public void A_command_is_for_the_nodes_it_names_whatever_its_pattern()
    {
        NodeFilter.IsFor(Message() with { Destination = ["other@host", Node], Pattern = "x", Matcher = "glob" }, Node).ShouldBeTrue();
        NodeFilter.IsFor(Message() with { Destination = ["MAIL@host1.example"], Pattern = "*", Matcher = "glob" }, Node).ShouldBeFalse();
    }

    [Theory]
    [InlineData("mail@*", "glob", true)]
    [InlineData("mail@host?.example", "glob", true)]
    [InlineData("*@host[!1].example", "glob", false)]
    [InlineData("Mail@*", "glob", false)]
    [InlineData("mail", "glob", false)]
    [InlineData("mail", "pcre", true)]
    [InlineData("m.*1", "pcre", true)]
    [InlineData("host", "pcre", false)]
    [InlineData("x|mail", "pcre", true)]
    [InlineData("(?i)MAIL", "pcre", true)]
    [InlineData("x", null, true)]
    [InlineData("x", "", true)]
    [InlineData(null, "glob", true)]
    public void A_pattern_says_which_nodes_it_is_for(string? pattern, string? matcher, bool expected)
        => NodeFilter.IsFor(Message() with { Pattern = pattern, Matcher = matcher }, Node).ShouldBe(expected);

    [Theory]
    [InlineData("(", "pcre")]
    [InlineData("mail", "soundex")]
    public void A_pattern_that_cannot_be_used_is_for_nobody(string pattern, string matcher)
        => Should.Throw<MalformedMessageException>(() => NodeFilter.IsFor(Message() with { Pattern = pattern, Matcher = matcher }, Node))
            .Message.ShouldContain(matcher == "pcre" ? pattern : matcher);

    [Fact]
    public void A_pattern_that_takes_for_ever_is_given_up()
        => Should.Throw<MalformedMessageException>(
            () => NodeFilter.IsFor(Message() with { Pattern = "(a*)*b", Matcher = "pcre" }, new string('a', 64)));

    private static ControlMessage Message() => new("ping", default);
}
