using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CeleryNet.Contract.Tests.Amqp;

/// <summary>Stands between a client and a server, so that a test can cut or hold their connections.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _host;
    private readonly int _port;
#pragma warning disable CA2213 // Looked at when disposed again.
    private readonly CancellationTokenSource _disposing = new();
#pragma warning restore CA2213
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _held;

    public TcpProxy(string host, int port)
    {
        _host = host;
        _port = port;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Ends all connections, as a broken network would.</summary>
    public void Cut()
    {
        foreach (var client in _open.Keys)
        {
            client.Client.Close(0);
        }

        Release();
    }

    /// <summary>Lets nothing pass from the server until <see cref="Release"/> or <see cref="Cut"/>.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        _held?.TrySetResult();
        _held = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposing.IsCancellationRequested)
        {
            return;
        }

        await _disposing.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_disposing.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        _open.TryAdd(client, 0);
        try
        {
            await server.ConnectAsync(_host, _port, _disposing.Token);
            await Task.WhenAny(
                CopyAsync(client.GetStream(), server.GetStream(), holdable: false),
                CopyAsync(server.GetStream(), client.GetStream(), holdable: true));
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException or OperationCanceledException)
        {
            // One side is gone.
        }
        finally
        {
            _open.TryRemove(client, out _);
            client.Dispose();
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool holdable)
    {
        var buffer = new byte[65536];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, _disposing.Token)) > 0)
            {
                if (holdable && _held is { } held)
                {
                    await held.Task.WaitAsync(_disposing.Token);
                }

                await to.WriteAsync(buffer.AsMemory(0, read), _disposing.Token);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone.
        }
    }
}
