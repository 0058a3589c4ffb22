using System.Numerics;
using System.Text.Json;
using CeleryNet.Extensibility;
using CeleryNet.Serialization;
using CeleryNet.Serializers.Tests.RoundTrip;
using FsCheck;
using FsCheck.Fluent;

namespace CeleryNet.Serializers.Tests.Json;

public sealed class JsonRoundTripTests(PythonPeer python) : IClassFixture<PythonPeer>
{
    private const int Count = 2000;

    // What Python's JSON has a word for; integers of any size.
    private static readonly WireFormat _format = new() { Types = WireTypes.SpecialFloats | WireTypes.HalfPairs };

    private static readonly JsonSerializerOptions _options = CeleryJson.Complete(null);

    [Fact]
    public Task Python_reads_the_values_written_here_and_what_it_writes_is_read_here()
        => new RoundTripCheck(python, new JsonCelerySerializer(typeTags: false), _format).HoldsForAsync(3000);

    // Celery 5.2 passes the texts and the tags on as they are.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Values_of_dotnets_types_come_back_from_Python_as_they_were(bool typeTags)
    {
        var serializer = new JsonCelerySerializer(typeTags);
        var values = Samples().Sample(Count, new Rnd(11), 50);

        var bodies = values.Select(value => serializer.Encode(JsonSerializer.SerializeToUtf8Bytes(value, _options))).ToArray();
        var replies = await python.RoundTripAsync(serializer, bodies);

        for (var i = 0; i < values.Length; i++)
        {
            replies[i].Error.ShouldBeNull();
            var json = serializer.Decode(replies[i].Body, replies[i].ContentEncoding, new());
            var back = JsonSerializer.Deserialize<Sample>(json.Span, _options)!;
            (back with { Data = [] }).ShouldBe(values[i] with { Data = [] });
            back.Data.ShouldBe(values[i].Data);
        }
    }

    // Python keeps microseconds.
    private static Gen<Sample> Samples() =>
        from ticks in Gen.Choose(0, int.MaxValue)
        from micros in Gen.Choose(0, 999_999)
        from offset in Gen.Choose(-14 * 60, 14 * 60)
        from day in Gen.Choose(1, 3_000_000)
        from units in Gen.Choose(int.MinValue, int.MaxValue)
        from scale in Gen.Choose(0, 28)
        from high in Gen.Choose(0, int.MaxValue)
        from bytes in Gen.ArrayOf(Gen.Choose(0, 255))
        from power in Gen.Choose(0, 300)
        from text in ArbMap.Default.GeneratorFor<string>()
        let instant = new DateTime(2000, 1, 1).AddSeconds(ticks).AddMicroseconds(micros)
        select new Sample(
            new DateTimeOffset(instant, TimeSpan.FromMinutes(offset)),
            instant,
            DateOnly.FromDayNumber(day),
            TimeOnly.FromDateTime(instant),
            TimeSpan.FromSeconds(units) + TimeSpan.FromMicroseconds(micros),
            new Guid(units, (short)scale, (short)day, BitConverter.GetBytes((long)ticks)),
            new decimal(units, high, ticks, units < 0, (byte)scale),
            BigInteger.Pow(units, power % 40),
            bytes.Select(each => (byte)each).ToArray(),
            power % 7 == 0 ? double.PositiveInfinity : BitConverter.Int64BitsToDouble(((long)high << 31) | (uint)ticks),
            text ?? "");

    private sealed record Sample(
        DateTimeOffset Instant,
        DateTime Naive,
        DateOnly Date,
        TimeOnly Time,
        TimeSpan Span,
        Guid Id,
        decimal Amount,
        BigInteger Large,
        byte[] Data,
        double Number,
        string Text);
}
