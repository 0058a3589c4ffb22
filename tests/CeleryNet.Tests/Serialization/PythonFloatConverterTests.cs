using System.Text;
using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Serialization;

public sealed class PythonFloatConverterTests
{
    private static readonly JsonSerializerOptions _options = CeleryJson.Complete(null);

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(2.0, "2.0")]
    [InlineData(-17.0, "-17.0")]
    [InlineData(2.5, "2.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1e22, "1e+22")]
    [InlineData(1e-7, "1e-07")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Double_is_written_as_a_Python_float(double value, string json) => Written(value).ShouldBe(json);

    [Theory]
    [InlineData(2f, "2.0")]
    [InlineData(0.1f, "0.1")]
    [InlineData(1e8f, "100000000.0")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Single_is_written_as_a_Python_float(float value, string json) => Written(value).ShouldBe(json);

    [Fact]
    public void Floats_inside_of_other_values_are_written_alike()
    {
        JsonSerializer.Serialize(new[] { 1.0, 2.5 }, _options).ShouldBe("[1.0,2.5]");
        JsonSerializer.Serialize<IReadOnlyList<double>>([3.0], _options).ShouldBe("[3.0]");
        JsonSerializer.Serialize(new Dictionary<string, object> { ["x"] = 4.0, ["y"] = 5 }, _options).ShouldBe("""{"x":4.0,"y":5}""");
    }

    [Theory]
    [InlineData("2", 2.0)]
    [InlineData("2.0", 2.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData("-0.5", -0.5)]
    public void Number_of_any_form_is_read(string json, double value)
    {
        JsonSerializer.Deserialize<double>(json, _options).ShouldBe(value);
        JsonSerializer.Deserialize<float>(json, _options).ShouldBe((float)value);
    }

    private static string Written<T>(T value)
        => Encoding.UTF8.GetString(PythonJson.FromWireJson(JsonSerializer.SerializeToUtf8Bytes(value, _options), typeTags: false).Span);

    [Fact]
    public void Every_double_is_read_back_as_it_was()
    {
        var random = new Random(17);
        for (var i = 0; i < 1_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(value))
            {
                JsonSerializer.Deserialize<double>(JsonSerializer.Serialize(value, _options), _options).ShouldBe(value);
            }
        }
    }
}
