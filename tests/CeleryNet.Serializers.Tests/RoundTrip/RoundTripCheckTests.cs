using System.Text;
using CeleryNet.Extensibility;
using Xunit.Sdk;

namespace CeleryNet.Serializers.Tests.RoundTrip;

/// <summary>A check that finds nothing wrong with anything would look like serializers without faults.</summary>
public sealed class RoundTripCheckTests(PythonPeer python) : IClassFixture<PythonPeer>
{
    private static readonly WireFormat _format = new() { Types = WireTypes.None, MinInteger = int.MinValue, MaxInteger = int.MaxValue };

    [Fact]
    public async Task Value_that_is_written_wrong_is_found_and_shown_with_the_seed()
    {
        var check = new RoundTripCheck(python, new Altered(encode: text => text == "true" ? "false" : text), _format);

        var failure = await Should.ThrowAsync<FailException>(() => check.HoldsForAsync());

        failure.Message.ShouldContain("CELERYNET_TEST_SEED=");
        failure.Message.ShouldContain("The value is  True");
        failure.Message.ShouldContain("Python got False");
    }

    [Fact]
    public async Task Value_that_is_read_wrong_is_found()
    {
        var check = new RoundTripCheck(python, new Altered(decode: text => text == "null" ? "0" : text), _format);

        var failure = await Should.ThrowAsync<FailException>(() => check.HoldsForAsync());

        failure.Message.ShouldContain("The value is  None");
        failure.Message.ShouldContain("It came back as int 0");
    }

    [Fact]
    public async Task Value_that_Python_cannot_read_is_found()
    {
        var check = new RoundTripCheck(python, new Altered(encode: text => text == "true" ? "tru" : text), _format);

        (await Should.ThrowAsync<FailException>(() => check.HoldsForAsync())).Message.ShouldContain("Python got DecodeError");
    }

    [Fact]
    public async Task Smallest_part_at_fault_is_shown()
    {
        var check = new RoundTripCheck(python, new Altered(encode: text => text.Replace("2.5", "2.6", StringComparison.Ordinal)), _format);
        var value = new OrderedDictionary<string, object?> { ["a"] = new List<object?> { 1L, new List<object?> { "x", 2.5 } } };

        var failure = await Should.ThrowAsync<FailException>(() => check.HoldsForValueAsync(value));

        failure.Message.ShouldContain("The value is  float 4004000000000000");
    }

    [Fact]
    public Task JSON_as_it_is_holds_the_property() => new RoundTripCheck(python, new Altered(), _format).HoldsForAsync(500);

    /// <summary>The JSON of this library, which is JSON to Python too as long as it has no tags, with something done to it.</summary>
    private sealed class Altered(Func<string, string>? encode = null, Func<string, string>? decode = null) : CelerySerializer("json", "application/json", "utf-8")
    {
        public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json) => Through(encode, json);

        public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentEncoding, ContentLimits limits) => Through(decode, body);

        private static ReadOnlyMemory<byte> Through(Func<string, string>? change, ReadOnlyMemory<byte> text)
            => change is null ? text : Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(text.Span)));
    }
}
