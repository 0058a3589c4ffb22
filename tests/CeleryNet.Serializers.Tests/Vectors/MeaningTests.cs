namespace CeleryNet.Serializers.Tests.Vectors;

public sealed class MeaningTests
{
    [Theory]
    [InlineData("""{"b": 1, "a": [1.0, null]}""", """{"a":[1e0,null],"b":1}""")]
    [InlineData("\"\\u00e9\"", "\"é\"")]
    [InlineData("1e16", "10000000000000000.0")]
    public void Same_value_written_otherwise_means_the_same(string one, string other) => Meaning.OfJson(one).ShouldBe(Meaning.OfJson(other));

    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("1", "\"1\"")]
    [InlineData("[1, [2]]", "[1, 2]")]
    [InlineData("0.0", "-0.0")]
    [InlineData("null", "[]")]
    [InlineData("\"2026-01-02\"", """{"__type__": "date", "__value__": "2026-01-02"}""")]
    public void Different_values_mean_different_things(string one, string other) => Meaning.OfJson(one).ShouldNotBe(Meaning.OfJson(other));
}
