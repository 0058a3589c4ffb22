using CeleryNet.Routing;

namespace CeleryNet.Tests.Routing;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "a\nb", true)]
    [InlineData("a.*", "a.b.c", true)]
    [InlineData("a.*", "A.b", false)]
    [InlineData("a.*", "axb", false)]
    [InlineData("*.b", "a.b.c", false)]
    [InlineData("a?c*", "abc", true)]
    [InlineData("a?c*", "ac", false)]
    [InlineData("[ab]*", "b1", true)]
    [InlineData("[ab]*", "c1", false)]
    [InlineData("[!ab]*", "c1", true)]
    [InlineData("[!ab]*", "a1", false)]
    [InlineData("[a-c]*", "b", true)]
    [InlineData("[a-c]*", "d", false)]
    [InlineData("[]]*", "]", true)]
    [InlineData("[!]]*", "]", false)]
    [InlineData("[z-a]*", "b", false)]
    [InlineData("[!z-a]*", "b", true)]
    [InlineData("[*", "[x", true)]
    [InlineData("[^a]*", "^", true)]
    [InlineData("[^a]*", "b", false)]
    [InlineData("[a-]*", "-", true)]
    [InlineData("a+(b)*", "a+(b)c", true)]
    public void Text_fits_as_in_Pythons_fnmatch(string pattern, string text, bool fits)
        => GlobPattern.ToRegex(pattern).IsMatch(text).ShouldBe(fits);
}
