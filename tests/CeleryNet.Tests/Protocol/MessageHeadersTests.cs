using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Protocol;

public sealed class MessageHeadersTests
{
    private readonly RecentNames _recent = new();

    [Fact]
    public void Headers_keep_their_order_and_the_last_of_two_with_one_name_is_found()
    {
        var headers = Make(new MessageHeaders(), "a", "b", "a");

        Show(headers).ShouldBe("a=0 b=1 a=2");
        headers["a"].ShouldBe(2L);
        headers["c"].ShouldBeNull();
    }

    [Fact]
    public void Setting_replaces_a_header_or_adds_one()
    {
        var headers = Make(new MessageHeaders(), "a", "b");

        headers.Set("a", "new");
        headers.Set("c", null);

        Show(headers).ShouldBe("a=new b=1 c=");
    }

    [Theory]
    [InlineData("a b c")]
    [InlineData("a b")]
    [InlineData("a b c d")]
    [InlineData("b a c")]
    [InlineData("a x c y")]
    [InlineData("")]
    public void Headers_are_their_own_whatever_names_those_before_had(string names)
    {
        Make(new MessageHeaders(_recent), "a", "b", "c").ShareNames(_recent);
        string[] own = names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var first = Make(new MessageHeaders(_recent), own);
        var second = Make(new MessageHeaders(_recent), own);
        first.ShareNames(_recent);
        second.Set("added", "here");

        Show(first).ShouldBe(string.Join(' ', own.Select((name, place) => $"{name}={place}")));
        Show(second).ShouldBe($"{Show(first)} added=here".Trim());
        first.Count.ShouldBe(own.Length);
        Show(Make(new MessageHeaders(_recent), "a", "b", "c")).ShouldBe("a=0 b=1 c=2");
    }

    [Fact]
    public void Messages_with_the_same_headers_share_their_names_and_one_row_gives_way_to_another_in_time()
    {
        Make(new MessageHeaders(_recent), "a", "b").ShareNames(_recent);
        var names = _recent.Names;
        Make(new MessageHeaders(_recent), "a", "b").ShareNames(_recent);
        _recent.Names.ShouldBeSameAs(names);

        for (var i = 0; i < 8; i++)
        {
            Make(new MessageHeaders(_recent), "c").ShareNames(_recent);
        }

        _recent.Names.ShouldBe(["c"]);
    }

    [Fact]
    public void Any_number_of_headers_can_be_added()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(number => $"h{number}")];

        Make(new MessageHeaders(), names).Items.Select(item => item.Key).ShouldBe(names);
        Make(new MessageHeaders(_recent), names).ShareNames(_recent);
        Make(new MessageHeaders(_recent), names).Items.Select(item => item.Value).ShouldBe(Enumerable.Range(0, 100).Select(number => (object?)(long)number));
    }

    private static MessageHeaders Make(MessageHeaders headers, params string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            headers.Add(names[i], (long)i);
        }

        return headers;
    }

    private static string Show(MessageHeaders headers) => string.Join(' ', headers.Items.Select(item => $"{item.Key}={item.Value}"));
}
