using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Serialization;

public sealed class CeleryJsonTests
{
    private sealed record Page(int PageNumber, string? HtmlText);

    [Fact]
    public void Properties_are_written_in_snake_case()
        => JsonSerializer.Serialize(new Page(1, null), CeleryJson.Complete(null)).ShouldBe("""{"page_number":1,"html_text":null}""");

    [Fact]
    public void Properties_are_read_in_any_case()
        => JsonSerializer.Deserialize<Page>("""{"PAGE_NUMBER": 2, "html_text": "x"}""", CeleryJson.Complete(null)).ShouldBe(new Page(2, "x"));

    [Fact]
    public void Keys_of_dictionaries_are_kept()
        => JsonSerializer.Serialize(new Dictionary<string, int> { ["SomeKey"] = 1 }, CeleryJson.Complete(null)).ShouldBe("""{"SomeKey":1}""");

    [Fact]
    public void Reading_stops_at_the_depth_limit()
    {
        var options = CeleryJson.Complete(null);
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);

        Should.NotThrow(() => JsonSerializer.Deserialize<JsonElement>(Nested(CeleryJson.MaxDepth), options));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<JsonElement>(Nested(CeleryJson.MaxDepth + 1), options));
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(30, 30)]
    public void The_users_depth_limit_goes_before_that_of_the_application(int user, int expected)
    {
        CeleryJson.Complete(new JsonSerializerOptions { MaxDepth = user }, 100).MaxDepth.ShouldBe(expected);
        CeleryJson.Complete(null, 100).MaxDepth.ShouldBe(100);
    }

    [Fact]
    public void Options_of_the_user_are_kept_and_completed_with_the_types_of_the_wire()
    {
        var user = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

        var options = CeleryJson.Complete(user);

        options.PropertyNamingPolicy.ShouldBe(JsonNamingPolicy.CamelCase);
        options.IsReadOnly.ShouldBeTrue();
        user.IsReadOnly.ShouldBeFalse();
        JsonSerializer.Serialize(new List<int> { 1 }, options).ShouldBe("[1]");
    }
}
