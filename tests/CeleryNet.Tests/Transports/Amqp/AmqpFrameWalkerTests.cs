using CeleryNet.Transports.Amqp;

namespace CeleryNet.Tests.Transports.Amqp;

public sealed class AmqpFrameWalkerTests
{
    private static readonly byte[] _method = Frame(1, [0, 60, 0, 60, (byte)'L', (byte)'A', 0, 0, 0, 0]);
    private static readonly byte[] _body = Frame(3, "L\0\0\0\0\0\0\0\0"u8.ToArray());

    [Fact]
    public void Python_integer_is_turned_into_one_the_client_knows()
    {
        byte[] value = [0, 0, 1, 0, 0, 0, 0, 0];

        Incoming(Field('L', value)).ShouldBe(Field('l', value));
    }

    [Fact]
    public void Integer_of_the_client_is_turned_into_one_Python_knows()
    {
        byte[] value = [255, 255, 255, 255, 0, 0, 0, 0];

        Outgoing(Field('l', value)).ShouldBe(Field('L', value));
    }

    [Theory]
    [InlineData(0, 0, 0, 5, 0, 0, 0, 5)]
    [InlineData(255, 255, 255, 251, 128, 0, 0, 5)]
    [InlineData(0, 0, 0, 0, 0, 0, 0, 0)]
    [InlineData(128, 0, 0, 1, 255, 255, 255, 255)]
    public void Mantissa_of_a_decimal_is_turned_there_and_back(byte a, byte b, byte c, byte d, byte e, byte f, byte g, byte h)
    {
        byte[] there = [1, e, f, g, h];

        Incoming(Field('D', [1, a, b, c, d])).ShouldBe(Field('D', there));
        Outgoing(Field('D', there)).ShouldBe(Field('D', [1, a, b, c, d]));
    }

    [Fact]
    public void Empty_list_and_table_are_marked_on_the_way_in_only()
    {
        var empty = Concat(Field('A', [0, 0, 0, 0]), Field('F', [0, 0, 0, 0]));

        Incoming(empty).ShouldBe(Concat(Field('f', [0x7F, 0xC0, 0xCE, 0x01]), Field('f', [0x7F, 0xC0, 0xCE, 0x02])));
        Outgoing(empty).ShouldBe(empty);
    }

    [Fact]
    public void What_is_nested_is_walked_too()
    {
        var inner = Field('L', new byte[8]);
        byte[] list = [(byte)'L', .. new byte[8], (byte)'F', 0, 0, 0, (byte)inner.Length, .. inner, (byte)'V'];
        var outer = Concat(Field('A', [0, 0, 0, (byte)list.Length, .. list]), Field('L', new byte[8]));

        var walked = Incoming(outer);

        walked.Count(octet => octet == 'L').ShouldBe(0);
        walked.Count(octet => octet == 'l').ShouldBe(3);
    }

    [Fact]
    public void What_looks_like_a_type_within_a_value_is_left_alone()
    {
        var fields = Concat(
            Field('S', [0, 0, 0, 3, (byte)'L', (byte)'A', 0]),
            Field('t', [(byte)'L']),
            Field('I', "LLLL"u8.ToArray()),
            Field('d', "LLLLLLLL"u8.ToArray()),
            Field('V', []),
            Field('x', [0, 0, 0, 1, (byte)'L']));

        Incoming(fields).ShouldBe(fields);
        Outgoing(fields).ShouldBe(fields);
    }

    [Fact]
    public void Tables_nested_deeper_than_any_honest_one_become_text()
    {
        var field = Field('V', []);
        for (var depth = 0; depth < 100; depth++)
        {
            field = Field('F', [0, 0, (byte)(field.Length >> 8), (byte)field.Length, .. field]);
        }

        var walked = Incoming(field);

        walked.Length.ShouldBe(field.Length);
        walked.Zip(field).Where(octets => octets.First != octets.Second).ShouldHaveSingleItem().ShouldBe(((byte)'S', (byte)'F'));
    }

    [Fact]
    public void Priority_of_zero_is_marked_on_the_way_in_and_made_on_the_way_out()
    {
        // flags: content type, headers, delivery mode, priority
        byte[] before = [0b1011_1000, 0, 1, (byte)'x', 0, 0, 0, 0];
        var wire = Frame(2, [.. new byte[12], .. before, 2, 0]);

        Walk(wire, incoming: true).ShouldBe(Frame(2, [.. new byte[12], .. before, 0x82, 0]));
        Walk(Frame(2, [.. new byte[12], .. before, 0x42, 1]), incoming: false).ShouldBe(wire);
    }

    [Fact]
    public void Message_without_a_priority_is_not_marked()
    {
        var wire = Frame(2, [.. new byte[12], 0b0011_0000, 0, 0, 0, 0, 0, 2]);

        Walk(wire, incoming: true).ShouldBe(wire);
        Walk(wire, incoming: false).ShouldBe(wire);
    }

    [Fact]
    public void Bytes_may_be_cut_anywhere()
    {
        var fields = Concat(Field('L', new byte[8]), Field('A', [0, 0, 0, 0]), Field('D', [1, 255, 255, 255, 251]), Field('F', [0, 0, 0, 0]), Field('S', [0, 0, 0, 1, 65]));
        var wire = Concat(_method, Header(fields), _body, _method, Header(fields), _body);
        var whole = Walk(wire, incoming: true);

        for (var size = 1; size < wire.Length; size++)
        {
            WalkInPieces(wire, size).ShouldBe(whole, $"in pieces of {size}");
        }
    }

    [Fact]
    public void Only_content_headers_are_changed()
    {
        var wire = Concat(_method, _body, Frame(8, []));

        Walk(wire, incoming: true).ShouldBe(wire);
    }

    [Fact]
    public void Protocol_header_is_passed_over()
    {
        var wire = Concat("AMQP\0\0\x9\x1"u8.ToArray(), Header(Field('l', new byte[8])));
        var walker = new AmqpFrameWalker(incoming: false, skip: 8);

        walker.Walk(wire).ShouldBe(wire.Length);

        wire.Count(octet => octet == 'L').ShouldBe(1);
    }

    [Theory]
    [InlineData('?', new byte[] { 1, 2, 3 })]
    [InlineData('D', new byte[] { 1 })]
    [InlineData('A', new byte[] { 0 })]
    [InlineData('F', new byte[] { 255, 255, 255, 255 })]
    public void Broken_header_does_not_spoil_the_next_frame(char type, byte[] value)
    {
        var good = Header(Field('L', new byte[8]));

        var walked = Walk(Concat(Header(Field(type, value)), good), incoming: true);

        walked[^good.Length..].ShouldBe(Header(Field('l', new byte[8])));
    }

    private static byte[] Incoming(byte[] fields) => FieldsOf(Walk(Header(fields), incoming: true), fields.Length);

    private static byte[] Outgoing(byte[] fields) => FieldsOf(Walk(Header(fields), incoming: false), fields.Length);

    private static byte[] Walk(byte[] wire, bool incoming)
    {
        var walked = wire.ToArray();
        new AmqpFrameWalker(incoming).Walk(walked).ShouldBe(wire.Length);
        return walked;
    }

    // As the stream does it: what is not done with is shown again before what follows.
    private static byte[] WalkInPieces(byte[] wire, int size)
    {
        var walker = new AmqpFrameWalker(incoming: true);
        var output = new List<byte>();
        byte[] held = [];
        foreach (var piece in wire.Chunk(size))
        {
            byte[] shown = [.. held, .. piece];
            var done = walker.Walk(shown);
            output.AddRange(shown[..done]);
            held = shown[done..];
            held.Length.ShouldBeLessThanOrEqualTo(5);
        }

        held.ShouldBeEmpty();
        return [.. output];
    }

    // class, weight, body size, flags with headers only, table
    private static byte[] Header(byte[] fields) => Frame(2, [0, 60, .. new byte[10], 0b0010_0000, 0, 0, 0, (byte)(fields.Length >> 8), (byte)fields.Length, .. fields]);

    private static byte[] FieldsOf(byte[] header, int length) => header[^(length + 1)..^1];

    private static byte[] Field(char type, byte[] value) => [1, (byte)'k', (byte)type, .. value];

    private static byte[] Frame(byte type, byte[] payload) => [type, 0, 1, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload, 0xCE];

    private static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(part => part)];
}
