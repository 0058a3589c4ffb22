using System.Net;
using System.Net.Sockets;
using System.Text;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>Stands between client and server and loses the reply to one request: the server has carried it out, the client cannot know.</summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _serverPort;
    private readonly Task _accepting;
    private readonly List<Task> _connections = [];
    private string? _loseReplyTo;

    public LossyProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Fires with each piece of what clients send.</summary>
    public TestSignal<string> Requests { get; } = new();

    /// <summary>Fires when a reply was lost and its connection cut.</summary>
    public TestSignal Cut { get; } = new();

    /// <summary>Loses the reply to the next request that contains a text, and cuts its connection.</summary>
    public void LoseReplyTo(string text) => Volatile.Write(ref _loseReplyTo, text);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                _connections.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var _ = client;
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var losing = false;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, ended.Token);
            await Task.WhenAny(
                PumpAsync(client, server, request =>
                {
                    var text = Encoding.Latin1.GetString(request);
                    if (Volatile.Read(ref _loseReplyTo) is { } wanted && text.Contains(wanted, StringComparison.Ordinal))
                    {
                        Volatile.Write(ref _loseReplyTo, null);
                        Volatile.Write(ref losing, true);
                    }

                    Requests.Fire(text);
                    return true;
                }),
                PumpAsync(server, client, _ => !Volatile.Read(ref losing)));
            if (Volatile.Read(ref losing))
            {
                Cut.Fire();
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The connection is gone, which is what the client sees as well.
        }

        async Task PumpAsync(Socket from, Socket to, Func<byte[], bool> look)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer, ended.Token) is var read and > 0 && look(buffer[..read]))
                {
                    await to.SendAsync(buffer.AsMemory(0, read), ended.Token);
                }
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The other side is told by closing.
            }
        }
    }
}
