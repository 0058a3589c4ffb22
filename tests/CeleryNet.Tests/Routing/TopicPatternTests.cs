using CeleryNet.Routing;

namespace CeleryNet.Tests.Routing;

public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.b", "a", false)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "a", false)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("a.#", "a", true)]
    [InlineData("a.#", "a.b.c", true)]
    [InlineData("#", "", true)]
    [InlineData("#.c", "a.b.c", true)]
    [InlineData("#.b", "a.b.c", false)]
    [InlineData("a.#.c.*", "a.b.c.c.d", true)]
    [InlineData("a*", "ab", false)]
    public void Stars_are_one_word_and_hashes_any_number(string pattern, string routingKey, bool expected)
        => TopicPattern.Matches(pattern, routingKey).ShouldBe(expected);

    [Theory]
    [InlineData("a.b", true)]
    [InlineData("a*.#b", true)]
    [InlineData("a.*", false)]
    [InlineData("#", false)]
    public void A_text_without_such_words_stands_for_itself(string text, bool expected) => TopicPattern.IsLiteral(text).ShouldBe(expected);
}
