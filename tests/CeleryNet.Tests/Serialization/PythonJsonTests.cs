using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Serialization;

/// <summary>What Python writes beyond JSON, and how .NET's types look to it.</summary>
public sealed class PythonJsonTests
{
    private static readonly JsonSerializerOptions _options = CeleryJson.Complete(null);

    public static TheoryData<string, object> FromPython { get; } = new()
    {
        { "NaN", double.NaN },
        { "Infinity", double.PositiveInfinity },
        { "-Infinity", double.NegativeInfinity },
        { "NaN", float.NaN },
        { "123456789012345678901234567890", BigInteger.Parse("123456789012345678901234567890", CultureInfo.InvariantCulture) },
        { "-5", new BigInteger(-5) },
        { "\"\\ud83d\"", "\ud83d" },
        { "\"a\\udc00\\n\\u00e9\"", "a\udc00\n\u00e9" },

        // kombu before 5.3.
        { "\"2026-01-02T03:04:05.678901Z\"", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6_789_010) },
        { "\"2026-01-02T03:04:05+02:00\"", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)) },
        { "\"2026-01-02T03:04:05\"", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) },
        { "\"2026-01-02T03:04:05\"", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified) },
        { "\"2026-01-02T03:04:05Z\"", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) },
        { "\"2026-01-02T00:00:00\"", new DateOnly(2026, 1, 2) },
        { "\"2026-01-02\"", new DateOnly(2026, 1, 2) },
        { "\"03:04:05.678901\"", new TimeOnly(3, 4, 5).Add(TimeSpan.FromTicks(6_789_010)) },
        { "\"12.340\"", 12.340m },
        { "12.340", 12.340m },
        { "\"00112233-4455-6677-8899-aabbccddeeff\"", new Guid("00112233-4455-6677-8899-aabbccddeeff") },

        // kombu 5.3 and later.
        { """{"__type__": "datetime", "__value__": "2026-01-02T03:04:05.678901+00:00"}""", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6_789_010) },
        { """{"__value__": "2026-01-02T03:04:05", "__type__": "datetime"}""", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified) },
        { """{"__type__": "date", "__value__": "2026-01-02"}""", new DateOnly(2026, 1, 2) },
        { """{"__type__": "time", "__value__": "03:04:05"}""", new TimeOnly(3, 4, 5) },
        { """{"__type__": "decimal", "__value__": "12.340"}""", 12.340m },
        { """{"__type__": "uuid", "__value__": {"hex": "00112233445566778899aabbccddeeff"}}""", new Guid("00112233-4455-6677-8899-aabbccddeeff") },
        { """{"__type__": "uuid", "__value__": {"hex": "00112233445566778899aabbccddeeff", "version": 4}}""", new Guid("00112233-4455-6677-8899-aabbccddeeff") },
        { """{"__type__": "bytes", "__value__": "abc"}""", "abc"u8.ToArray() },
        { """{"__type__": "base64", "__value__": "AP/+"}""", new byte[] { 0, 255, 254 } },
        { "\"AP/+\"", new byte[] { 0, 255, 254 } },
        { "[0, 255]", new byte[] { 0, 255 } },
        { """{"__type__": "date", "__value__": "2026-01-02"}""", "2026-01-02" },
    };

    [Theory]
    [MemberData(nameof(FromPython), DisableDiscoveryEnumeration = true)]
    public void Value_of_Python_is_read_as_the_type_that_is_asked_for(string json, object value)
    {
        var wire = PythonJson.ToWireJson(Encoding.UTF8.GetBytes(json));

        JsonSerializer.Deserialize(wire.Span, _options.GetTypeInfo(value.GetType())).ShouldBe(value);
    }

    [Fact]
    public void Kind_of_a_time_tells_whether_it_had_an_offset()
    {
        JsonSerializer.Deserialize<DateTime>("\"2026-01-02T03:04:05\"", _options).Kind.ShouldBe(DateTimeKind.Unspecified);
        JsonSerializer.Deserialize<DateTime>("\"2026-01-02T03:04:05+02:00\"", _options).ShouldBe(new DateTime(2026, 1, 2, 1, 4, 5, DateTimeKind.Utc));
    }

    [Theory]
    [InlineData("[NaN, \"NaN, Infinity\", {\"Infinity\": -Infinity}, \"\\\"NaN\"]")]
    [InlineData("Infinity")]
    [InlineData("[1, 2]")]
    [InlineData("{\"a\\\\\": NaN}")]
    public void Words_of_Python_outside_of_strings_come_back_as_they_were(string json)
    {
        var wire = PythonJson.ToWireJson(Encoding.UTF8.GetBytes(json));

        Should.NotThrow(() => JsonDocument.Parse(wire).Dispose());
        Encoding.UTF8.GetString(PythonJson.FromWireJson(wire, typeTags: false).Span).ShouldBe(json);
        Encoding.UTF8.GetString(PythonJson.FromWireJson(wire, typeTags: true).Span).ShouldBe(json);
    }

    [Theory]
    [InlineData("NaNa")]
    [InlineData("-NaN")]
    [InlineData("[Infinit]")]
    [InlineData("\"NaN")]
    [InlineData("--Infinity")]
    public void What_is_wrong_stays_wrong(string json)
        => Should.Throw<JsonException>(() => JsonDocument.Parse(PythonJson.ToWireJson(Encoding.UTF8.GetBytes(json))).Dispose());

    [Fact]
    public void Json_that_has_nothing_special_is_not_copied()
    {
        ReadOnlyMemory<byte> json = "[1, {}]"u8.ToArray();

        PythonJson.ToWireJson(json).ShouldBe(json);
        PythonJson.FromWireJson(json, typeTags: false).ShouldBe(json);
    }

    public static TheoryData<object, string, string> ToPython { get; } = new()
    {
        { double.NaN, "NaN", "NaN" },
        { new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "\"2026-01-02T03:04:05Z\"", """{"__type__":"datetime","__value__":"2026-01-02T03:04:05+00:00"}""" },
        {
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)).AddTicks(10),
            "\"2026-01-02T03:04:05.000001+02:00\"",
            """{"__type__":"datetime","__value__":"2026-01-02T03:04:05.000001+02:00"}"""
        },
        { new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified), "\"2026-01-02T03:04:05\"", """{"__type__":"datetime","__value__":"2026-01-02T03:04:05"}""" },
        { new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "\"2026-01-02T03:04:05Z\"", """{"__type__":"datetime","__value__":"2026-01-02T03:04:05+00:00"}""" },
        { new DateOnly(2026, 1, 2), "\"2026-01-02\"", """{"__type__":"date","__value__":"2026-01-02"}""" },
        { new TimeOnly(3, 4, 5), "\"03:04:05\"", """{"__type__":"time","__value__":"03:04:05"}""" },
        { 12.340m, "\"12.340\"", """{"__type__":"decimal","__value__":"12.340"}""" },
        {
            new Guid("00112233-4455-6677-8899-aabbccddeeff"),
            "\"00112233-4455-6677-8899-aabbccddeeff\"",
            """{"__type__":"uuid","__value__":{"hex":"00112233445566778899aabbccddeeff"}}"""
        },
        { new byte[] { 0, 255, 254 }, "\"AP/+\"", """{"__type__":"base64","__value__":"AP/+"}""" },
        { TimeSpan.FromSeconds(90), "\"00:01:30\"", "\"00:01:30\"" },
        { BigInteger.Pow(10, 30), "1000000000000000000000000000000", "1000000000000000000000000000000" },
        { "half \ud83d", "\"half \\ud83d\"", "\"half \\ud83d\"" },
        { new HashSet<int> { 1 }, "[1]", "[1]" },
    };

    [Theory]
    [MemberData(nameof(ToPython), DisableDiscoveryEnumeration = true)]
    public void Value_is_written_as_the_receiving_generation_reads_it(object value, string plain, string tagged)
    {
        var wire = JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), _options);

        Encoding.UTF8.GetString(new JsonCelerySerializer(typeTags: false).Encode(wire).Span).ShouldBe(plain);
        Encoding.UTF8.GetString(new JsonCelerySerializer(typeTags: true).Encode(wire).Span).ShouldBe(tagged);
    }

    [Fact]
    public void Values_inside_of_objects_are_written_alike()
    {
        var wire = JsonSerializer.SerializeToUtf8Bytes(new Invoice(new Guid("00112233-4455-6677-8899-aabbccddeeff"), 1.50m, new DateOnly(2026, 1, 2), [double.NaN, 2]), _options);

        Encoding.UTF8.GetString(new JsonCelerySerializer(typeTags: false).Encode(wire).Span)
            .ShouldBe("""{"id":"00112233-4455-6677-8899-aabbccddeeff","total":"1.50","due":"2026-01-02","weights":[NaN,2.0]}""");
        JsonSerializer.Deserialize<Invoice>(wire, _options)!.Weights.ShouldBe([double.NaN, 2]);
    }

    [Fact]
    public void Complex_numbers_have_no_form_in_json()
        => Should.Throw<CelerySerializationException>(
            () => new JsonCelerySerializer(typeTags: true).Encode(JsonSerializer.SerializeToUtf8Bytes(new Complex(1, 2), _options)))
            .Message.ShouldContain("complex number");

    [Theory]
    [InlineData("\"2026-13-02T03:04:05\"", typeof(DateTimeOffset))]
    [InlineData("\"01/02/2026\"", typeof(DateTimeOffset))]
    [InlineData("\"nonsense\"", typeof(DateTime))]
    [InlineData("\"nonsense\"", typeof(DateOnly))]
    [InlineData("\"25:00\"", typeof(TimeOnly))]
    [InlineData("\"12,5\"", typeof(decimal))]
    [InlineData("\"no base64!\"", typeof(byte[]))]
    [InlineData("5", typeof(Guid))]
    [InlineData("2.5", typeof(BigInteger))]
    [InlineData("{}", typeof(string))]
    [InlineData("5", typeof(string))]
    [InlineData("""{"__type__": "decimal", "__value__": "1"}""", typeof(DateTimeOffset))]
    [InlineData("""{"__type__": "datetime", "__value__": 5}""", typeof(DateTimeOffset))]
    [InlineData("""{"__type__": "uuid", "__value__": {"hex": "00"}}""", typeof(Guid))]
    [InlineData("""{"__type__": "date", "__value__": "2026-01-02", "more": 1}""", typeof(DateOnly))]
    public void What_does_not_fit_is_an_error(string json, Type type)
    {
        var error = Should.Throw<Exception>(() => JsonSerializer.Deserialize(json, _options.GetTypeInfo(type)));

        (error is JsonException or FormatException or InvalidOperationException).ShouldBeTrue(error.ToString());
    }

    [Fact]
    public void Integer_of_more_digits_than_Python_reads_is_an_error()
        => Should.Throw<FormatException>(() => JsonSerializer.Deserialize<BigInteger>(new string('9', 4400), _options)).Message.ShouldContain("4300");

    [Fact]
    public void Last_of_two_equal_keys_counts()
        => JsonSerializer.Deserialize<Dictionary<string, int>>("""{"a": 1, "a": 2}""", _options).ShouldBe(new Dictionary<string, int> { ["a"] = 2 });

    [Theory]
    [InlineData("""{"__type__":"base64","__value__":"AQL/"}""")]
    [InlineData("\"AQL/\"")]
    [InlineData("[1,2,255]")]
    public void Memory_is_bytes_too(string json)
    {
        var memory = JsonSerializer.Deserialize<ReadOnlyMemory<byte>>(json, _options);

        memory.ToArray().ShouldBe([1, 2, 255]);
        JsonSerializer.Serialize(memory, _options).ShouldBe("""{"__type__":"base64","__value__":"AQL/"}""");
    }

    [Fact]
    public void Converters_of_the_user_come_first()
    {
        var options = CeleryJson.Complete(new JsonSerializerOptions { Converters = { new Loud() } });

        JsonSerializer.Serialize(Guid.Empty, options).ShouldBe("\"LOUD\"");
        JsonSerializer.Deserialize<double>("""{"__type__":"float","__value__":"inf"}""", options).ShouldBe(double.PositiveInfinity);
    }

    [Fact]
    public void Converters_of_the_user_are_asked_for_arguments_of_the_simplest_types_too()
    {
        var options = CeleryJson.Complete(new JsonSerializerOptions { Converters = { new Shouting() } });

        Written(TaskValue.Of("yes"), options).ShouldBe("\"YES\"");
        Written(TaskValue.Of(1), options).ShouldBe("1");
        Written(TaskValue.Of(1), CeleryJson.Complete(new JsonSerializerOptions { NumberHandling = JsonNumberHandling.WriteAsString })).ShouldBe("\"1\"");
    }

    [Fact]
    public void An_argument_that_is_a_string_keeps_half_a_surrogate_pair()
    {
        Written(TaskValue.Of("a\ud800"), _options).ShouldBe("\"a\\ud800\"");
        Written(TaskValue.Of<object>("a\ud800"), _options).ShouldBe("\"a\\ud800\"");
        Written(TaskValue.Of("it's é 😀"), _options).ShouldBe(JsonSerializer.Serialize("it's é 😀", _options));
    }

    private static string Written(TaskValue value, JsonSerializerOptions options)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            value.Write(writer, options);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
        => Should.Throw<MalformedMessageException>(() => new JsonCelerySerializer(false).Decode(new byte[] { (byte)'"', 0xff, (byte)'"' }, "utf-8", new ContentLimits()))
            .Message.ShouldContain("UTF-8");

    private sealed record Invoice(Guid Id, decimal Total, DateOnly Due, double[] Weights);

    private sealed class Shouting : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToUpperInvariant());
    }

    private sealed class Loud : JsonConverter<Guid>
    {
        public override Guid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Guid.Empty;

        public override void Write(Utf8JsonWriter writer, Guid value, JsonSerializerOptions options) => writer.WriteStringValue("LOUD");
    }
}
