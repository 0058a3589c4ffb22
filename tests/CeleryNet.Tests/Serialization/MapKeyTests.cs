using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Serialization;

/// <summary>Keys of dictionaries that are no strings: texts, as Python's JSON and kombu's plain forms have them.</summary>
public sealed partial class MapKeyTests
{
    private static readonly JsonSerializerOptions _reflection = CeleryJson.Complete(null);
    private static readonly JsonSerializerOptions _generated = CeleryJson.Complete(KeyContext.Default.Options);

    public static TheoryData<object, string> Maps => new()
    {
        { new Dictionary<Guid, int> { [Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")] = 1 }, "00112233-4455-6677-8899-aabbccddeeff" },
        { new Dictionary<DateTimeOffset, int> { [new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)] = 1 }, "2026-01-02T03:04:05Z" },
        { new Dictionary<DateTime, int> { [new(2026, 1, 2, 3, 4, 5)] = 1 }, "2026-01-02T03:04:05" },
        { new Dictionary<DateOnly, int> { [new(2026, 1, 2)] = 1 }, "2026-01-02" },
        { new Dictionary<TimeOnly, int> { [new(3, 4, 5)] = 1 }, "03:04:05" },
        { new Dictionary<TimeSpan, int> { [TimeSpan.FromSeconds(90)] = 1 }, "00:01:30" },
        { new Dictionary<decimal, int> { [1.50m] = 1 }, "1.50" },
        { new Dictionary<double, int> { [2] = 1 }, "2.0" },
        { new Dictionary<double, int> { [double.NaN] = 1 }, "NaN" },
        { new Dictionary<double, int> { [double.NegativeInfinity] = 1 }, "-Infinity" },
        { new Dictionary<float, int> { [0.1f] = 1 }, "0.1" },
        { new Dictionary<BigInteger, int> { [BigInteger.Pow(10, 20)] = 1 }, "100000000000000000000" },
        { new Dictionary<int, int> { [7] = 1 }, "7" },
        { new Dictionary<DayOfWeek, int> { [DayOfWeek.Friday] = 1 }, "Friday" },
    };

    [Theory]
    [MemberData(nameof(Maps))]
    public void Keys_are_written_as_texts_and_read_again(object map, string key)
    {
        foreach (var options in new[] { _reflection, _generated })
        {
            var json = JsonSerializer.Serialize(map, options.GetTypeInfo(map.GetType()));

            json.ShouldBe($$"""{"{{key}}":1}""");
            JsonSerializer.Deserialize(json, options.GetTypeInfo(map.GetType())).ShouldBe(map);
        }
    }

    [Fact]
    public void A_date_is_read_from_a_key_that_is_the_time_of_its_midnight()
        => JsonSerializer.Deserialize<Dictionary<DateOnly, int>>("""{"2026-01-02T00:00:00": 1}""", _reflection).ShouldNotBeNull().Keys.ShouldBe([new DateOnly(2026, 1, 2)]);

    [Theory]
    [InlineData(typeof(Dictionary<Guid, int>))]
    [InlineData(typeof(Dictionary<DateTimeOffset, int>))]
    [InlineData(typeof(Dictionary<decimal, int>))]
    [InlineData(typeof(Dictionary<double, int>))]
    [InlineData(typeof(Dictionary<BigInteger, int>))]
    public void A_key_that_does_not_fit_is_an_error_of_the_text(Type type)
        => Should.Throw<JsonException>(() => JsonSerializer.Deserialize("""{"half past": 1}""", type, _reflection)).Message.ShouldContain("half past");

    [JsonSerializable(typeof(Dictionary<Guid, int>))]
    [JsonSerializable(typeof(Dictionary<DateTimeOffset, int>))]
    [JsonSerializable(typeof(Dictionary<DateTime, int>))]
    [JsonSerializable(typeof(Dictionary<DateOnly, int>))]
    [JsonSerializable(typeof(Dictionary<TimeOnly, int>))]
    [JsonSerializable(typeof(Dictionary<TimeSpan, int>))]
    [JsonSerializable(typeof(Dictionary<decimal, int>))]
    [JsonSerializable(typeof(Dictionary<double, int>))]
    [JsonSerializable(typeof(Dictionary<float, int>))]
    [JsonSerializable(typeof(Dictionary<BigInteger, int>))]
    [JsonSerializable(typeof(Dictionary<int, int>))]
    [JsonSerializable(typeof(Dictionary<DayOfWeek, int>))]
    private sealed partial class KeyContext : JsonSerializerContext;
}
