using System.Buffers;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Serialization;

/// <summary>Bytes that are written one after the other.</summary>
public sealed class PooledBufferTests
{
    private readonly PooledBuffer _buffer = new();

    [Theory]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(100_000)]
    public void What_is_written_stays_as_it_is_however_often_it_grows(int piece)
    {
        var random = new Random(piece);
        var expected = new byte[(3 * 100_000) + 7];
        random.NextBytes(expected);

        for (var from = 0; from < expected.Length; from += piece)
        {
            _buffer.Write(expected.AsSpan(from, Math.Min(piece, expected.Length - from)));
        }

        _buffer.Length.ShouldBe(expected.Length);
        _buffer.Written.SequenceEqual(expected).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000)]
    [InlineData(1_000_000)]
    public void There_is_as_much_room_as_is_asked_for_and_always_some(int wanted)
    {
        _buffer.Write(new byte[1_024]);

        _buffer.GetSpan(wanted).Length.ShouldBeGreaterThanOrEqualTo(Math.Max(1, wanted));
        _buffer.GetMemory(wanted).Length.ShouldBeGreaterThanOrEqualTo(Math.Max(1, wanted));
        _buffer.Length.ShouldBe(1_024);
    }

    [Fact]
    public void Large_one_gives_back_what_it_borrowed_and_a_small_one_keeps_what_it_has()
    {
        _buffer.Write(new byte[40_000]);
        var kept = _buffer.Capacity;
        _buffer.Clear();
        (_buffer.Length, _buffer.Capacity).ShouldBe((0, kept));

        _buffer.Write(new byte[1_000_000]);
        _buffer.Capacity.ShouldBeGreaterThanOrEqualTo(1_000_000);
        _buffer.Clear();

        (_buffer.Length, _buffer.Capacity).ShouldBe((0, kept));
        kept.ShouldBeInRange(40_000, 64 * 1024);
    }

    [Fact]
    public void No_more_can_be_taken_for_written_than_there_is_room()
    {
        var room = _buffer.GetSpan().Length;

        Should.Throw<ArgumentOutOfRangeException>(() => _buffer.Advance(room + 1));
        Should.Throw<ArgumentOutOfRangeException>(() => _buffer.Advance(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => _buffer.GetSpan(-1));
        _buffer.Advance(room);
        _buffer.Length.ShouldBe(room);
    }

    [Fact]
    public void More_than_an_array_holds_is_refused_with_both_sizes()
    {
        _buffer.Write(new byte[10]);

        Should.Throw<InvalidOperationException>(() => _buffer.GetSpan(int.MaxValue)).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain($"{int.MaxValue + 10L}"), message => message.ShouldContain($"{Array.MaxLength}"));
    }
}
