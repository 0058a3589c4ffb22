using System.Text;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Serialization;

public sealed class RecentStringsTests
{
    private readonly RecentStrings _strings = new();

    [Fact]
    public void Text_that_comes_again_is_the_same_string()
    {
        var first = Get("tasks.add");

        Get("tasks.add").ShouldBeSameAs(first);
        first.ShouldBe("tasks.add");
    }

    [Theory]
    [InlineData("")]
    [InlineData("é")]
    [InlineData("日本語")]
    [InlineData("a name that is far too long to be kept, since it is longer than any name of a header, a task or a queue that comes again")]
    public void Any_text_is_read_right_however_often(string text)
    {
        Get(text).ShouldBe(text);
        Get(text).ShouldBe(text);
    }

    [Fact]
    public void More_texts_than_places_are_all_read_right()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 5_000; i++)
            {
                Get($"header-{i}").ShouldBe($"header-{i}");
            }
        }
    }

    private string Get(string text) => _strings.Get(Encoding.UTF8.GetBytes(text));
}
