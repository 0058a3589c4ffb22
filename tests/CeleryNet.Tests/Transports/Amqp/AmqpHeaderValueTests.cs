using System.Numerics;
using CeleryNet.Protocol;
using CeleryNet.Transports.Amqp;
using RabbitMQ.Client;

namespace CeleryNet.Tests.Transports.Amqp;

public sealed class AmqpHeaderValueTests
{
    public static TheoryData<object?, object?> Written => new()
    {
        { null, null },
        { "text", "text" },
        { true, true },
        { 7L, 7 },
        { -2147483647L, -2147483647 },
        { -2147483648L, -2147483648L },
        { 2147483648L, 2147483648L },
        { 5, 5 },
        { 2.5, 2.5 },
        { 1.25m, 1.25m },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Value_is_written_with_the_type_Python_would_take(object? value, object? written)
    {
        var result = AmqpHeaderValue.Write("name", value);

        result.ShouldBe(written);
        result?.GetType().ShouldBe(written?.GetType());
    }

    [Fact]
    public void Nested_values_are_written_the_same_way()
    {
        var written = AmqpHeaderValue.Write("name", new Dictionary<string, object?> { ["list"] = new object?[] { 1L, DateTimeOffset.UnixEpoch } });

        var list = written.ShouldBeOfType<Dictionary<string, object?>>()["list"].ShouldBeOfType<List<object?>>();
        list.ShouldBe([1, new AmqpTimestamp(0)]);
    }

    [Fact]
    public void Value_of_no_type_of_AMQP_is_refused_with_what_would_work()
    {
        foreach (var value in new object[] { BigInteger.Pow(10, 30), 3_000_000_000m, new Uri("http://x"), new Dictionary<string, object?> { ["a"] = BigInteger.One } })
        {
            Should.Throw<CelerySerializationException>(() => AmqpHeaderValue.Write("the_name", value)).Message.ShouldContain("'the_name'");
        }
    }

    public static TheoryData<object?, object?> Read => new()
    {
        { "žluť"u8.ToArray(), "žluť" },
        { new byte[] { 255, 0 }, new byte[] { 255, 0 } },
        { new BinaryTableValue([65]), new byte[] { 65 } },
        { 7, 7L },
        { (short)7, 7L },
        { (byte)7, 7L },
        { (sbyte)-7, -7L },
        { (ushort)7, 7L },
        { 7u, 7L },
        { 2.5f, 2.5 },
        { new AmqpTimestamp(0), DateTimeOffset.UnixEpoch },
        { new AmqpTimestamp(long.MaxValue), long.MaxValue },
        { new List<object?> { 1, null }, new object?[] { 1L, null } },
    };

    [Theory]
    [MemberData(nameof(Read))]
    public void Value_is_read_as_one_of_the_types_of_headers(object? value, object? read) => AmqpHeaderValue.Read(value).ShouldBe(read);

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("soon")]
    [InlineData("4294967296")]
    public void Expiration_the_broker_would_close_the_channel_over_is_refused(string expiration)
        => Should.Throw<CelerySerializationException>(() => AmqpProperties.Write(new Envelope { Body = default, Expiration = expiration }))
            .Message.ShouldContain($"'{expiration}'");

    [Fact]
    public void Text_that_is_too_long_for_a_property_is_refused()
    {
        AmqpProperties.Write(new Envelope { Body = default, CorrelationId = new string('x', 255) }).CorrelationId!.Length.ShouldBe(255);

        Should.Throw<CelerySerializationException>(() => AmqpProperties.Write(new Envelope { Body = default, CorrelationId = new string('é', 128) }))
            .Message.ShouldContain("correlation_id");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(256)]
    public void Priority_that_is_not_a_byte_is_refused(int priority)
        => Should.Throw<CelerySerializationException>(() => AmqpProperties.Write(new Envelope { Body = default, Priority = priority }));
}
