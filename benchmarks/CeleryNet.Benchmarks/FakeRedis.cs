using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Benchmarks;

/// <summary>
/// A server that speaks as much of Redis's protocol as a consumer needs: its list has always as many messages as are asked for, and what is settled was held.
/// It allocates nothing per command, so that what is allocated is the consumer's.
/// </summary>
internal sealed class FakeRedis : IDisposable
{
    private const int LargestClaim = 64;

    private static readonly byte[] _claim = Hash(RedisScripts.Claim);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[][] _claimed;

    public FakeRedis(ReadOnlySpan<byte> element)
    {
        _claimed = new byte[LargestClaim + 1][];
        for (var count = 0; count <= LargestClaim; count++)
        {
            _claimed[count] = Claimed(count, element);
        }

        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private static byte[] Hash(string script) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1Of(Encoding.UTF8.GetBytes(script))));

    // Redis names scripts by it; nothing is protected by it.
#pragma warning disable CA5350
    private static byte[] SHA1Of(byte[] script) => SHA1.HashData(script);
#pragma warning restore CA5350

    // For each list that had any: the number of the list, how many elements, the elements.
    private static byte[] Claimed(int count, ReadOnlySpan<byte> element)
    {
        var reply = new MemoryStream();
        reply.Write(Encoding.ASCII.GetBytes(count == 0 ? "*0\r\n" : string.Create(CultureInfo.InvariantCulture, $"*{count + 2}\r\n:0\r\n:{count}\r\n")));
        for (var i = 0; i < count; i++)
        {
            reply.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${element.Length}\r\n")));
            reply.Write(element);
            reply.Write("\r\n"u8);
        }

        return reply.ToArray();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.AcceptSocket();
                socket.NoDelay = true;
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The listener was disposed.
        }
    }

    private void Serve(Socket socket)
    {
        var buffer = new byte[1 << 20];
        var parts = new Range[2048];
        var filled = 0;
        try
        {
            while (socket.Receive(buffer.AsSpan(filled)) is > 0 and var received)
            {
                filled += received;
                var done = 0;
                while (Split(buffer.AsSpan(done, filled - done), parts, out var count) is > 0 and var length)
                {
                    Reply(socket, buffer.AsSpan(done, length), parts.AsSpan(0, count));
                    done += length;
                }

                buffer.AsSpan(done, filled - done).CopyTo(buffer);
                filled -= done;
            }
        }
        catch (SocketException)
        {
            // The client has gone.
        }
    }

    // *<count>\r\n, then for each part $<length>\r\n<bytes>\r\n
    private static int Split(ReadOnlySpan<byte> bytes, Span<Range> parts, out int count)
    {
        count = 0;
        if (!TryReadNumber(bytes, 0, out var expected, out var position))
        {
            return 0;
        }

        while (count < expected)
        {
            if (!TryReadNumber(bytes, position, out var length, out var start) || start + length + 2 > bytes.Length)
            {
                return 0;
            }

            parts[count++] = start..(start + length);
            position = start + length + 2;
        }

        return position;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> bytes, int position, out int number, out int next)
    {
        (number, next) = (0, 0);
        var end = position < bytes.Length ? bytes[position..].IndexOf("\r\n"u8) : -1;
        if (end < 0)
        {
            return false;
        }

        next = position + end + 2;
        return Utf8Parser.TryParse(bytes[(position + 1)..], out number, out _);
    }

    private void Reply(Socket socket, ReadOnlySpan<byte> command, ReadOnlySpan<Range> parts)
    {
        var name = command[parts[0]];
        if (Is(name, "EVALSHA"u8) || Is(name, "EVAL"u8))
        {
            socket.Send(Evaluate(command, parts, isHash: Is(name, "EVALSHA"u8)));
        }
        else if (Is(name, "ECHO"u8) || (Is(name, "SCRIPT"u8) && parts.Length == 3))
        {
            SendText(socket, Is(name, "ECHO"u8) ? command[parts[1]] : Hash(Encoding.UTF8.GetString(command[parts[2]])));
        }
        else
        {
            socket.Send(
                Is(name, "PING"u8) ? "+PONG\r\n"u8
                : Is(name, "SELECT"u8) || Is(name, "CLIENT"u8) ? "+OK\r\n"u8
                : Is(name, "SADD"u8) ? ":1\r\n"u8
                : Is(name, "GET"u8) ? "$-1\r\n"u8
                : Is(name, "INFO"u8) ? "$35\r\nredis_version:7.0.15\r\nrole:master\r\n\r\n"u8
                : Is(name, "SUBSCRIBE"u8) ? Subscribed(command[parts[1]])
                : "-ERR unknown command\r\n"u8);
        }
    }

    // A claim takes as many as its first argument says, everything else finds nothing wrong.
    private ReadOnlySpan<byte> Evaluate(ReadOnlySpan<byte> command, ReadOnlySpan<Range> parts, bool isHash)
    {
        var script = command[parts[1]];
        if (!(isHash ? script.SequenceEqual(_claim) : Hash(Encoding.UTF8.GetString(script)).AsSpan().SequenceEqual(_claim)))
        {
            return "*0\r\n"u8;
        }

        var keys = ReadNumber(command[parts[2]]);
        return _claimed[Math.Min(ReadNumber(command[parts[3 + keys]]), LargestClaim)];
    }

    private static int ReadNumber(ReadOnlySpan<byte> text)
        => Utf8Parser.TryParse(text, out int number, out _) ? number : throw new InvalidOperationException($"A number was expected, was '{Encoding.UTF8.GetString(text)}'.");

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(name, expected);

    private static void SendText(Socket socket, ReadOnlySpan<byte> text)
    {
        socket.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${text.Length}\r\n")));
        socket.Send(text);
        socket.Send("\r\n"u8);
    }

    private static byte[] Subscribed(ReadOnlySpan<byte> channel)
        => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*3\r\n$9\r\nsubscribe\r\n${channel.Length}\r\n{Encoding.ASCII.GetString(channel)}\r\n:1\r\n"));
}
