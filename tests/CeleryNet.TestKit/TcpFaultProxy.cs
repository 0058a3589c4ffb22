using System.Net;
using System.Net.Sockets;

namespace CeleryNet.TestKit;

/// <summary>A TCP proxy on loopback that can do to connections what networks do: end them, refuse them, let them hang both ways or one way, make them slow.</summary>
public sealed class TcpFaultProxy : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly Lock _gate = new();
    private readonly HashSet<(Socket Client, Socket Server)> _connections = [];
    private readonly HashSet<Task> _pumps = [];
    private readonly CancellationTokenSource _disposing = new();
    private readonly ProxyFlow _toServer = new();
    private readonly ProxyFlow _toClient = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Starts a proxy on a free port.</summary>
    /// <param name="targetPort">The loopback port to connect to.</param>
    public TcpFaultProxy(int targetPort)
    {
        _target = new IPEndPoint(IPAddress.Loopback, targetPort);
        Port = FreePort.Next();
        Listen();
    }

    /// <summary>The port to connect to in place of the server's.</summary>
    public int Port { get; }

    /// <summary>Fires for each connection that was made through the proxy.</summary>
    public TestSignal Connected { get; } = new();

    /// <summary>How many connections are open through it now.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Ends the open connections as <see cref="CutConnections"/> does, and refuses new ones until <see cref="Resume"/>.</summary>
    public void Cut()
    {
        Refuse();
        CutConnections();
    }

    /// <summary>Closes the open connections on both sides (FIN), as a peer that ends does; new ones may be made at once.</summary>
    public void CutConnections() => ForEachConnection(Close);

    /// <summary>Resets the open connections on both sides (RST), as a peer that has lost its memory does; new ones may be made at once.</summary>
    public void ResetConnections() => ForEachConnection(Reset);

    /// <summary>
    /// Keeps connections open, and takes new ones, but lets no byte pass until <see cref="Resume"/>. With one direction alone the connection is half open: one
    /// side gets what the other sends and cannot answer.
    /// </summary>
    /// <param name="directions">Which bytes are held back.</param>
    public void Freeze(ProxyDirections directions = ProxyDirections.Both) => ForEachFlow(directions, flow => flow.Freeze());

    /// <summary>Makes connections slow until <see cref="Resume"/>.</summary>
    /// <param name="delay">What whatever arrives together waits before it is passed on.</param>
    /// <param name="bytesPerSecond">How many bytes pass per second and connection; null for no limit.</param>
    /// <param name="directions">Which bytes are slow.</param>
    public void Slow(TimeSpan delay, int? bytesPerSecond = null, ProxyDirections directions = ProxyDirections.Both)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (bytesPerSecond is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, nameof(bytesPerSecond));
        }

        ForEachFlow(directions, flow => flow.Slow(delay, bytesPerSecond));
    }

    /// <summary>Ends what <see cref="Cut"/>, <see cref="Freeze"/> or <see cref="Slow"/> began; bytes held back go on.</summary>
    public void Resume()
    {
        ForEachFlow(ProxyDirections.Both, flow => flow.Resume());
        lock (_gate)
        {
            if (_listener is null)
            {
                Listen();
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        Refuse();
        ResetConnections();
        await _accepting;
        Task[] pumps;
        lock (_gate)
        {
            pumps = [.. _pumps];
        }

        await Task.WhenAll(pumps);
        _disposing.Dispose();
    }

    private static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It is not connected any more, which is as good.
        }

        socket.Dispose();
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It is closed already, which is as good.
        }

        socket.Dispose();
    }

    private void ForEachConnection(Action<Socket> end)
    {
        lock (_gate)
        {
            foreach (var (client, server) in _connections)
            {
                end(client);
                end(server);
            }
        }
    }

    private void ForEachFlow(ProxyDirections directions, Action<ProxyFlow> change)
    {
        if (directions.HasFlag(ProxyDirections.ToServer))
        {
            change(_toServer);
        }

        if (directions.HasFlag(ProxyDirections.ToClient))
        {
            change(_toClient);
        }
    }

    private void Refuse()
    {
        lock (_gate)
        {
            _listener?.Stop();
            _listener = null;
        }
    }

    private void Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _listener = listener;
        _accepting = AcceptAsync(listener, _accepting);
    }

    private async Task AcceptAsync(TcpListener listener, Task before)
    {
        await before;
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(_disposing.Token);
                lock (_gate)
                {
                    var pump = PumpAsync(client);
                    _pumps.Add(pump);
                    _pumps.RemoveWhere(task => task.IsCompleted && task != pump);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private async Task PumpAsync(Socket client)
    {
        await Task.Yield();
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var connection = (client, server);
        lock (_gate)
        {
            _connections.Add(connection);
        }

        try
        {
            await server.ConnectAsync(_target, _disposing.Token);
            Connected.Fire();
            await Task.WhenAll(CopyAsync(client, server, _toServer), CopyAsync(server, client, _toClient));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The server is not there: the client sees its connection end.
        }
        finally
        {
            lock (_gate)
            {
                _connections.Remove(connection);
            }

            client.Dispose();
            server.Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to, ProxyFlow flow)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _disposing.Token) is var count and > 0)
            {
                await flow.PassAsync(buffer.AsMemory(0, count), to, _disposing.Token);
            }

            await flow.WhenOpenAsync(_disposing.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side broke: so does the other.
            Reset(from);
            Reset(to);
        }
    }
}
