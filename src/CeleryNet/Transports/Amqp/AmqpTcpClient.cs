using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace CeleryNet.Transports.Amqp;

/// <summary>Connects for RabbitMQ.Client, with TLS when there are options for it, so that what it reads and writes goes through <see cref="AmqpStream"/>.</summary>
internal sealed class AmqpTcpClient(AddressFamily family, SslClientAuthenticationOptions? tls) : ITcpClient
{
    private readonly Socket _socket = new(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private Stream? _stream;

    public Socket Client => _socket;

    public bool Connected => _socket.Connected;

    public TimeSpan ReceiveTimeout
    {
        get => TimeSpan.FromMilliseconds(_socket.ReceiveTimeout);
        set => _socket.ReceiveTimeout = (int)value.TotalMilliseconds;
    }

    public async Task ConnectAsync(IPAddress host, int port, CancellationToken cancellationToken = default)
    {
        await _socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
        var plain = new NetworkStream(_socket, ownsSocket: false);
        _stream = plain;
        if (tls is not null)
        {
            var encrypted = new SslStream(plain, leaveInnerStreamOpen: false);
            _stream = encrypted;
            await encrypted.AuthenticateAsClientAsync(tls, cancellationToken).ConfigureAwait(false);
        }
    }

    public NetworkStream GetStream()
        => new AmqpStream(_socket, _stream ?? throw new InvalidOperationException("GetStream is called after ConnectAsync."));

    public void Close() => Dispose();

    public void Dispose()
    {
        _stream?.Dispose();
        _socket.Dispose();
    }
}
