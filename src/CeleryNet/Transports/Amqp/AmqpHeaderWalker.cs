using System.Buffers.Binary;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// Walks a content header while its bytes pass by, and changes in place what RabbitMQ.Client and py-amqp spell differently, or the former cannot
/// tell apart. Every change keeps the length.
/// </summary>
/// <remarks>
/// <para>RabbitMQ passes tables on as they came, and RabbitMQ.Client closes the connection over a type it does not know, again and again while the
/// message is in the queue. So:</para>
/// <list type="bullet">
/// <item>64-bit integers: py-amqp writes <c>L</c> and takes <c>l</c> for unsigned, RabbitMQ.Client only knows <c>l</c>. Swapped on the way.</item>
/// <item>Decimals: py-amqp has a two's complement mantissa, RabbitMQ.Client sign and magnitude. Turned into each other.</item>
/// <item>An empty list or table is read as null by RabbitMQ.Client. It comes in as a float (<c>f</c>) that is one of two special NaNs, which
/// <see cref="AmqpHeaderValue"/> turns back.</item>
/// <item>A priority of 0 is no priority to RabbitMQ.Client. Bits of the delivery mode, the byte before it, say that there is one.</item>
/// <item>RabbitMQ.Client reads nested tables by recursion. Beyond a depth that no honest message has they come in as opaque text.</item>
/// </list>
/// </remarks>
internal sealed class AmqpHeaderWalker(bool incoming)
{
    /// <summary>The bits of the NaN that stands for an empty list.</summary>
    public const uint EmptyList = 0x7FC0_CE01;

    /// <summary>The bits of the NaN that stands for an empty table.</summary>
    public const uint EmptyTable = 0x7FC0_CE02;

    /// <summary>Incoming: the bit of the delivery mode that says that a priority follows, be it 0.</summary>
    public const byte HasPriority = 0x80;

    /// <summary>Outgoing: the bit of the delivery mode that says that the priority that follows is to be 0.</summary>
    public const byte ZeroPriority = 0x40;

    private const int MaxDepth = 64;

    private readonly (long End, bool IsList)[] _open = new (long, bool)[MaxDepth];
    private int _depth;
    private long _position;
    private long _skip;
    private int _wanted;
    private ulong _value;
    private int _shortTexts;
    private bool _hasTable;
    private bool _hasDeliveryMode;
    private bool _hasPriority;
    private bool _zeroPriority;
    private Step _step;

    // content header payload: class u16, weight u16, body size u64, flags u16, then the properties whose flags are set, first flag first:
    // content-type shortstr (bit 15), content-encoding shortstr (14), headers table (13), delivery-mode octet (12), priority octet (11), …
    // amqp/serialization.py decode_properties_basic
    private enum Step
    {
        Flags,
        ShortLength,
        TableLength,
        Key,
        Type,
        TextLength,
        NestedTableLength,
        ListLength,
        DeliveryMode,
        Priority,
        Done,
    }

    /// <summary>Begins with the payload of another content header.</summary>
    public void Begin()
    {
        _depth = 0;
        _position = 0;
        _zeroPriority = false;
        _skip = 12;
        Want(Step.Flags, 2);
    }

    /// <summary>Walks on.</summary>
    /// <returns>How many bytes are done with. The others, five at most, are to be shown again together with what follows them.</returns>
    public int Walk(Span<byte> bytes)
    {
        var i = 0;
        while (i < bytes.Length)
        {
            if (_step == Step.Done)
            {
                return bytes.Length;
            }

            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, bytes.Length - i);
                Advance(skipped);
                _skip -= skipped;
                i += skipped;
                continue;
            }

            if (_step == Step.Type)
            {
                if (bytes.Length - i < BytesToSee(bytes[i]))
                {
                    return i;
                }

                Advance(1);
                WalkType(bytes[i..]);
                i++;
                continue;
            }

            if (_step is Step.DeliveryMode or Step.Priority)
            {
                WalkOctet(ref bytes[i]);
                i++;
                continue;
            }

            _value = (_value << 8) | bytes[i++];
            Advance(1);
            if (--_wanted == 0)
            {
                Take((long)_value);
            }
        }

        return i;
    }

    private static int BytesToSee(byte type) => (char)type switch
    {
        'A' or 'F' => 5,
        'D' => 6,
        _ => 1,
    };

    private void Advance(int count) => _position += count;

    private void Want(Step step, int bytes)
    {
        _step = step;
        _wanted = bytes;
        _value = 0;
    }

    private void Take(long value)
    {
        switch (_step)
        {
            case Step.Flags:
                _shortTexts = (int)(((value >> 15) & 1) + ((value >> 14) & 1));
                _hasTable = ((value >> 13) & 1) == 1;
                _hasDeliveryMode = ((value >> 12) & 1) == 1;
                _hasPriority = ((value >> 11) & 1) == 1;
                NextProperty();
                break;
            case Step.ShortLength:
                _skip = value;
                NextProperty();
                break;
            case Step.TableLength:
            case Step.NestedTableLength:
                Open(value, isList: false);
                break;
            case Step.ListLength:
                Open(value, isList: true);
                break;
            case Step.Key:
                _skip = value;
                _step = Step.Type;
                break;
            case Step.TextLength:
                Pass(value);
                break;
            default:
                _step = Step.Done;
                break;
        }
    }

    private void NextProperty()
    {
        if (_shortTexts > 0)
        {
            _shortTexts--;
            Want(Step.ShortLength, 1);
        }
        else if (_hasTable)
        {
            Want(Step.TableLength, 4);
        }
        else
        {
            _step = _hasDeliveryMode ? Step.DeliveryMode : Step.Done;
        }
    }

    private void WalkOctet(ref byte octet)
    {
        if (_step == Step.Priority)
        {
            octet = _zeroPriority ? (byte)0 : octet;
            _step = Step.Done;
            return;
        }

        if (incoming && _hasPriority)
        {
            octet |= HasPriority;
        }
        else if (!incoming && (octet & ZeroPriority) != 0)
        {
            octet = (byte)(octet & ~ZeroPriority);
            _zeroPriority = true;
        }

        _step = _hasPriority ? Step.Priority : Step.Done;
    }

    private void Open(long length, bool isList)
    {
        _open[_depth++] = (_position + length, isList);
        NextItem(_position);
    }

    // Leaves what ends at the position, and goes on with the next key, or value of a list.
    private void NextItem(long position)
    {
        while (_depth > 0 && position >= _open[_depth - 1].End)
        {
            _depth--;
        }

        if (_depth == 0)
        {
            _hasTable = false;
            NextProperty();
        }
        else if (_open[_depth - 1].IsList)
        {
            _step = Step.Type;
        }
        else
        {
            Want(Step.Key, 1);
        }
    }

    private void Pass(long length)
    {
        _skip = length;
        NextItem(_position + length);
    }

    private void WalkType(Span<byte> field)
    {
        switch ((char)field[0])
        {
            case 'L' when incoming:
                field[0] = (byte)'l';
                Pass(8);
                break;
            case 'l' when !incoming:
                field[0] = (byte)'L';
                Pass(8);
                break;
            case 'D':
                TurnMantissa(field.Slice(2, 4));
                Pass(5);
                break;
            case 'A' or 'F' when incoming && BinaryPrimitives.ReadUInt32BigEndian(field[1..]) == 0:
                BinaryPrimitives.WriteUInt32BigEndian(field[1..], field[0] == 'A' ? EmptyList : EmptyTable);
                field[0] = (byte)'f';
                Pass(4);
                break;
            case 'A' or 'F' when _depth == MaxDepth:
                if (incoming)
                {
                    field[0] = (byte)'S';
                }

                Want(Step.TextLength, 4);
                break;
            case 'A':
                Want(Step.ListLength, 4);
                break;
            case 'F':
                Want(Step.NestedTableLength, 4);
                break;
            case 'S' or 'x':
                Want(Step.TextLength, 4);
                break;
            case 'V':
                Pass(0);
                break;
            case 't' or 'b' or 'B':
                Pass(1);
                break;
            case 's' or 'u' or 'U':
                Pass(2);
                break;
            case 'I' or 'i' or 'f':
                Pass(4);
                break;
            case 'l' or 'L' or 'd' or 'T':
                Pass(8);
                break;
            default:
                // A type of unknown length: what follows cannot be walked, and is left as it is.
                _step = Step.Done;
                break;
        }
    }

    // Negative m: 2^32 - m in two's complement, 2^31 + m with a sign bit. The same step leads there and back.
    private static void TurnMantissa(Span<byte> mantissa)
    {
        var value = BinaryPrimitives.ReadInt32BigEndian(mantissa);
        if (value < 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(mantissa, 0x8000_0000u | unchecked((uint)-value));
        }
    }
}
