using System.Buffers.Binary;

namespace CeleryNet.Transports.Amqp;

/// <summary>Finds the content headers in one direction of a connection's bytes and shows them to an <see cref="AmqpHeaderWalker"/>.</summary>
/// <param name="incoming">Whether the bytes come from the broker.</param>
/// <param name="skip">How many bytes stand before the first frame: the protocol header that a client begins with.</param>
internal sealed class AmqpFrameWalker(bool incoming, int skip = 0)
{
    private const int HeadLength = 7;
    private const byte ContentHeader = 2;

    private readonly AmqpHeaderWalker _table = new(incoming);
    private readonly byte[] _head = new byte[HeadLength];
    private int _headFilled;
    private long _skip = skip;
    private long _payload;

    /// <summary>Walks on.</summary>
    /// <returns>How many bytes are done with. The others, five at most, are to be shown again together with what follows them.</returns>
    public int Walk(Span<byte> bytes)
    {
        // frame: type octet, channel u16, size u32, payload, end octet
        var i = 0;
        while (i < bytes.Length)
        {
            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, bytes.Length - i);
                _skip -= skipped;
                i += skipped;
                continue;
            }

            if (_payload > 0)
            {
                var part = (int)Math.Min(_payload, bytes.Length - i);
                var walked = _table.Walk(bytes.Slice(i, part));
                // A field that its frame cuts off is broken; there is nothing to wait for.
                walked = part == _payload ? part : walked;
                _payload -= walked;
                i += walked;
                if (_payload == 0)
                {
                    _skip = 1;
                    continue;
                }

                if (walked < part)
                {
                    return i;
                }

                continue;
            }

            _head[_headFilled++] = bytes[i++];
            if (_headFilled < HeadLength)
            {
                continue;
            }

            _headFilled = 0;
            var size = BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(3));
            if (_head[0] == ContentHeader && size > 0)
            {
                _payload = size;
                _table.Begin();
            }
            else
            {
                _skip = size + 1L;
            }
        }

        return i;
    }
}
