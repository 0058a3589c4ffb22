using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace CeleryNet.Transports.Redis;

/// <summary>
/// A connection of its own on which the server tells when one of a set of lists changes: client tracking of Redis 6 over RESP3. The Redis client used
/// elsewhere shares one connection among all commands and shows its users no such notices.
/// </summary>
internal sealed class QueueWatchConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly RespReader _reader;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Task _reading = Task.CompletedTask;
    private int _unanswered;

    private QueueWatchConnection(EndPoint endPoint, Stream stream)
    {
        EndPoint = endPoint;
        _stream = stream;
        _reader = new RespReader(stream);
    }

    public EndPoint EndPoint { get; }

    /// <summary>Whether the connection has ended.</summary>
    public bool IsBroken => _reading.IsCompleted;

    /// <summary>Whether all that was asked has been answered.</summary>
    public bool IsAnswering => Volatile.Read(ref _unanswered) <= 0;

    /// <summary>Connects and asks for notices.</summary>
    /// <exception cref="NotSupportedException">The server or our rights on it do not allow it; the message is the server's.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public static async Task<QueueWatchConnection> OpenAsync(RedisTarget target, EndPoint endPoint, CancellationToken cancellationToken)
    {
        var stream = await ConnectAsync(target, endPoint, cancellationToken).ConfigureAwait(false);
        var connection = new QueueWatchConnection(endPoint, stream);
        try
        {
            await connection.StartAsync(target, cancellationToken).ConfigureAwait(false);
            connection._reading = connection.ReadAsync();
            return connection;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks in one command whether there are such lists: what is there wakes at once, what comes later wakes by the notice that the question has asked for.</summary>
    public async Task ArmAsync(IReadOnlyList<string> lists, CancellationToken cancellationToken)
    {
        _wake.Reader.TryRead(out _);
        if (lists.Count == 0)
        {
            return;
        }

        var commands = new ArrayBufferWriter<byte>(64 * (lists.Count + 1));
        Write(commands, ["EXISTS", .. lists]);
        Interlocked.Increment(ref _unanswered);
        await _stream.WriteAsync(commands.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns when a list has something, or when the connection has ended.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _wake.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private static async Task<Stream> ConnectAsync(RedisTarget target, EndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            socket.Dispose();
            throw error is SocketException ? new IOException(error.Message, error) : error;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        if (target.Tls is not { } tls)
        {
            return stream;
        }

        var secured = new SslStream(stream);
        try
        {
            var host = endPoint switch { DnsEndPoint dns => dns.Host, IPEndPoint ip => ip.Address.ToString(), _ => target.Url.Host };
            await secured.AuthenticateAsClientAsync(tls.ForHost(host), cancellationToken).ConfigureAwait(false);
            return secured;
        }
        catch (Exception error)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw error is System.Security.Authentication.AuthenticationException ? new IOException(error.Message, error) : error;
        }
    }

    private async Task StartAsync(RedisTarget target, CancellationToken cancellationToken)
    {
        var commands = new ArrayBufferWriter<byte>(256);
        if (target.Url.Password is { } password)
        {
            Write(commands, "HELLO", "3", "AUTH", target.Url.User ?? "default", password, "SETNAME", target.ClientName);
        }
        else
        {
            Write(commands, "HELLO", "3", "SETNAME", target.ClientName);
        }

        Write(commands, "SELECT", target.Database.ToString(CultureInfo.InvariantCulture));
        Write(commands, "CLIENT", "TRACKING", "ON");
        await _stream.WriteAsync(commands.WrittenMemory, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < 3; i++)
        {
            var reply = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (reply.IsError)
            {
                throw new NotSupportedException(reply.Text);
            }
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                var reply = await _reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                if (!reply.IsPush)
                {
                    Interlocked.Decrement(ref _unanswered);
                }

                if (reply.IsError)
                {
                    throw new IOException(reply.Text);
                }

                if (reply.IsPush || reply.Integer > 0)
                {
                    _wake.Writer.TryWrite(true);
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The end of the connection is itself a reason to look; whoever looks sees that it is broken.
            _wake.Writer.TryWrite(true);
        }
    }

    // A command is an array of strings: *2 $6 EXISTS $3 key.
    private static void Write(ArrayBufferWriter<byte> output, params ReadOnlySpan<string> words)
    {
        Append(output, string.Create(CultureInfo.InvariantCulture, $"*{words.Length}\r\n"));
        foreach (var word in words)
        {
            Append(output, string.Create(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"));
        }
    }

    private static void Append(ArrayBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
