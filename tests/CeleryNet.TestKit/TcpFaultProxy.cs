using System.Net;
using System.Net.Sockets;

namespace CeleryNet.TestKit;

/// <summary>A TCP proxy on loopback that can do to connections what networks do: cut them, refuse them, or let them hang.</summary>
public sealed class TcpFaultProxy : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly Lock _gate = new();
    private readonly HashSet<(Socket Client, Socket Server)> _connections = [];
    private readonly HashSet<Task> _pumps = [];
    private readonly CancellationTokenSource _disposing = new();
    private TaskCompletionSource _flow = Open();
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

    /// <summary>Resets the open connections and refuses new ones until <see cref="Resume"/>.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _listener?.Stop();
            _listener = null;
        }

        CutConnections();
    }

    /// <summary>Resets the open connections; new ones may be made at once.</summary>
    public void CutConnections()
    {
        lock (_gate)
        {
            foreach (var (client, server) in _connections)
            {
                Reset(client);
                Reset(server);
            }
        }
    }

    /// <summary>Keeps connections open, and takes new ones, but lets no byte pass in either direction until <see cref="Resume"/>.</summary>
    public void Freeze()
    {
        lock (_gate)
        {
            if (_flow.Task.IsCompleted)
            {
                _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Ends what <see cref="Cut"/> or <see cref="Freeze"/> began; bytes held back go on.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _flow.TrySetResult();
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
        Cut();
        await _accepting;
        Task[] pumps;
        lock (_gate)
        {
            pumps = [.. _pumps];
        }

        await Task.WhenAll(pumps);
        _disposing.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
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
            await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
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

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _disposing.Token) is var count and > 0)
            {
                await WaitForFlowAsync();
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _disposing.Token);
                }
            }

            await WaitForFlowAsync();
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side broke: so does the other.
            Reset(from);
            Reset(to);
        }
    }

    private Task WaitForFlowAsync()
    {
        lock (_gate)
        {
            return _flow.Task.WaitAsync(_disposing.Token);
        }
    }
}
