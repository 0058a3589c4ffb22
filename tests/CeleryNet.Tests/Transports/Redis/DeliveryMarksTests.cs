using System.Text;
using System.Text.Json;
using CeleryNet.Tests.Vectors;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

public sealed class DeliveryMarksTests
{
    public static TheoryData<string> Captured { get; } = Captures.Of("worker/restore-after-lost-consumer");

    [Theory]
    [MemberData(nameof(Captured))]
    public void Restored_message_equals_what_kombu_restores(string path)
    {
        var vector = Captures.Read(path);
        var stored = vector.GetProperty("unacked_before").EnumerateObject().Single().Value.GetString()!;
        var command = vector.GetProperty("commands").EnumerateArray().Select(line => line.GetString()!).Single(line => line.Contains("\"RPUSH\"", StringComparison.Ordinal));
        var pushed = JsonSerializer.Deserialize<string>(command[command.IndexOf("\"{", StringComparison.Ordinal)..])!;

        var record = StoredMessage.Read(Encoding.UTF8.GetBytes(stored));

        record.Exchange.ShouldBe("");
        record.RoutingKey.ShouldBe("celery");
        Encoding.UTF8.GetString(DeliveryMarks.Restore(record.Envelope).Span).ShouldBe(pushed);
    }

    [Theory]
    [InlineData(
        """{"headers": {}, "properties": {"delivery_info": {}}}""",
        """{"headers": {"redelivered": true}, "properties": {"delivery_info": {"redelivered": true}}}""")]
    [InlineData(
        """{"properties": {"a": [1.50], "delivery_info": {"exchange": ""}, "b": 2}, "x": 123456789012345678901234567890, "headers": {"h": 1}}""",
        """{"properties": {"a": [1.50], "delivery_info": {"exchange": "", "redelivered": true}, "b": 2}, "x": 123456789012345678901234567890, "headers": {"h": 1, "redelivered": true}}""")]
    [InlineData(
        """{"headers": {"redelivered": false, "h": {"redelivered": 1}}, "properties": {"delivery_info": {"redelivered": [0]}}}""",
        """{"headers": {"redelivered": true, "h": {"redelivered": 1}}, "properties": {"delivery_info": {"redelivered": true}}}""")]
    [InlineData("""{"headers": null, "properties": {"delivery_info": 5}}""", """{"headers": null, "properties": {"delivery_info": 5}}""")]
    [InlineData("""{"body": "x"}""", """{"body": "x"}""")]
    [InlineData("[1]", "[1]")]
    [InlineData("no JSON", "no JSON")]
    public void Both_marks_are_set_and_all_else_stays(string before, string after)
    {
        Encoding.UTF8.GetString(DeliveryMarks.Restore(Encoding.UTF8.GetBytes(before)).Span).ShouldBe(after);
        Encoding.UTF8.GetString(DeliveryMarks.Restore(Encoding.UTF8.GetBytes(after)).Span).ShouldBe(after);
    }

    [Theory]
    [InlineData(
        """{"headers": {}, "properties": {"delivery_info": {}}}""",
        """{"headers": {"redelivered": true}, "properties": {"delivery_info": {"redelivered": true, "delivery_count": 3}}}""")]
    [InlineData(
        """{"properties": {"delivery_info": {"delivery_count": 12, "exchange": "x"}, "delivery_count": 7}, "headers": {"delivery_count": 1}}""",
        """{"properties": {"delivery_info": {"delivery_count": 3, "exchange": "x", "redelivered": true}, "delivery_count": 7}, "headers": {"delivery_count": 1, "redelivered": true}}""")]
    [InlineData(
        """{"headers": {}, "properties": {"delivery_info": {"redelivered": null, "delivery_count": "no number"}}}""",
        """{"headers": {"redelivered": true}, "properties": {"delivery_info": {"redelivered": true, "delivery_count": 3}}}""")]
    [InlineData("""{"headers": null, "properties": {"delivery_info": 5}}""", """{"headers": null, "properties": {"delivery_info": 5}}""")]
    [InlineData("no JSON", "no JSON")]
    public void Message_that_goes_back_says_how_many_runs_of_it_were_begun(string before, string after)
    {
        Encoding.UTF8.GetString(DeliveryMarks.Return(Encoding.UTF8.GetBytes(before), 3).Span).ShouldBe(after);
        Encoding.UTF8.GetString(DeliveryMarks.Return(Encoding.UTF8.GetBytes(after), 3).Span).ShouldBe(after);
    }

    [Fact]
    public void Counting_leaves_all_else_as_it_is()
    {
        var element = """{"headers": {"h": 1.50}, "properties": {"delivery_info": {"exchange": ""}, "x": 123456789012345678901234567890}}"""u8.ToArray();

        var counted = Encoding.UTF8.GetString(DeliveryMarks.Count(element, 1).Span);

        counted.ShouldBe("""{"headers": {"h": 1.50}, "properties": {"delivery_info": {"exchange": "", "delivery_count": 1}, "x": 123456789012345678901234567890}}""");
    }

    [Theory]
    [InlineData("""{"properties": {"delivery_info": {"delivery_count": 4}}}""", """{"properties": {"delivery_info": {"delivery_count": 0}}}""")]
    [InlineData(
        """{"properties": {"delivery_info": {"redelivered": true}}}""", """{"properties": {"delivery_info": {"redelivered": true, "delivery_count": 0}}}""")]
    [InlineData("""{"properties": {"delivery_info": {}}}""", """{"properties": {"delivery_info": {}}}""")]
    [InlineData("no JSON", "no JSON")]
    public void Message_that_is_to_be_as_new_has_no_runs(string before, string after)
        => Encoding.UTF8.GetString(DeliveryMarks.Forget(Encoding.UTF8.GetBytes(before)).Span).ShouldBe(after);

    [Theory]
    [InlineData("""{"properties": {"delivery_info": {}}}""", 0)]
    [InlineData("""{"properties": {"delivery_info": {"redelivered": true}}}""", 1)]
    [InlineData("""{"headers": {"redelivered": true}}""", 1)]
    [InlineData("""{"properties": {"delivery_info": {"redelivered": true, "delivery_count": 0}}}""", 0)]
    [InlineData("""{"properties": {"delivery_info": {"delivery_count": 6}}}""", 6)]
    [InlineData("""{"properties": {"delivery_info": {"redelivered": true, "delivery_count": "x"}}}""", 1)]
    public void Count_is_what_was_counted_or_one_for_a_message_that_Python_put_back(string element, int count)
        => RedisEnvelopeReader.Read(Encoding.UTF8.GetBytes(element)).DeliveryCount.ShouldBe(count);
}
