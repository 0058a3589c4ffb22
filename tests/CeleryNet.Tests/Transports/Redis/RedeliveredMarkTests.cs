using System.Text;
using System.Text.Json;
using CeleryNet.Tests.Vectors;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Tests.Transports.Redis;

public sealed class RedeliveredMarkTests
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
        Encoding.UTF8.GetString(RedeliveredMark.Set(record.Envelope).Span).ShouldBe(pushed);
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
        Encoding.UTF8.GetString(RedeliveredMark.Set(Encoding.UTF8.GetBytes(before)).Span).ShouldBe(after);
        Encoding.UTF8.GetString(RedeliveredMark.Set(Encoding.UTF8.GetBytes(after)).Span).ShouldBe(after);
    }
}
