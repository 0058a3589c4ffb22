using System.Net.Sockets;
using System.Text;

namespace CeleryNet.Throughput.Work;

/// <summary>
/// Waits on a bare socket until a list has something, and takes nothing: the last element is moved from the list's right end to its right end. The client
/// library has no command that blocks.
/// </summary>
internal sealed class RawRedisWatch : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly byte[] _command;
    private readonly byte[] _reply = new byte[64 * 1024];

    public RawRedisWatch(string queue)
    {
        var length = Encoding.UTF8.GetByteCount(queue);
        _command = Encoding.UTF8.GetBytes($"*6\r\n$6\r\nBLMOVE\r\n${length}\r\n{queue}\r\n${length}\r\n{queue}\r\n$5\r\nRIGHT\r\n$5\r\nRIGHT\r\n$1\r\n0\r\n");
    }

    public Task ConnectAsync(string host, int port, CancellationToken cancellationToken) => _client.ConnectAsync(host, port, cancellationToken).AsTask();

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var stream = _client.GetStream();
        await stream.WriteAsync(_command, cancellationToken);

        // Only its end matters: "$<length>\r\n<element>\r\n".
        var read = 0;
        do
        {
            var more = await stream.ReadAsync(_reply.AsMemory(read), cancellationToken);
            if (more == 0)
            {
                throw new IOException("The server has closed the connection of a blocking command.");
            }

            read += more;
        }
        while (!IsComplete(_reply.AsSpan(0, read)));
    }

    public void Dispose() => _client.Dispose();

    private static bool IsComplete(ReadOnlySpan<byte> reply)
    {
        if (reply[0] != (byte)'$')
        {
            throw new IOException($"The server refused BLMOVE, which Redis has from 6.2 on: {Encoding.UTF8.GetString(reply)}");
        }

        var end = reply.IndexOf("\r\n"u8);
        return end > 0 && int.TryParse(reply[1..end], out var length) && reply.Length >= end + 2 + length + 2;
    }
}
