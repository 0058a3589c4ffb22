using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CeleryNet.Transports.Amqp;

/// <summary>
/// What RabbitMQ.Client takes for the network: the plain or TLS stream below it, with header tables translated between its spelling and
/// Python's (see <see cref="AmqpHeaderWalker"/>). It only ever calls the asynchronous methods overridden here.
/// </summary>
internal sealed class AmqpStream(Socket socket, Stream inner) : NetworkStream(socket, ownsSocket: false)
{
    private const int ProtocolHeaderLength = 8;

    private readonly AmqpFrameWalker _incoming = new(incoming: true);
    private readonly AmqpFrameWalker _outgoing = new(incoming: false, skip: ProtocolHeaderLength);
    private readonly byte[] _held = new byte[8];
    private int _heldCount;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            _held.AsSpan(0, _heldCount).CopyTo(buffer.Span);
            var read = await inner.ReadAsync(buffer[_heldCount..], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return 0;
            }

            var available = _heldCount + read;
            var walked = _incoming.Walk(buffer.Span[..available]);
            buffer.Span[walked..available].CopyTo(_held);
            _heldCount = available - walked;
            if (walked > 0)
            {
                return walked;
            }
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The frames are in a buffer that the client filled for this one write, whole frames at a time; changing it there saves a copy.
        _outgoing.Walk(MemoryMarshal.AsMemory(buffer).Span);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
