using System.Net;
using System.Net.Sockets;
using CeleryNet.TestKit;

namespace CeleryNet.Contract.Tests.TestKit;

public sealed class TcpFaultProxyTests : IAsyncLifetime
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private TcpFaultProxy? _proxy;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TcpFaultProxy Proxy => _proxy ?? throw new InvalidOperationException("The proxy is made before each test.");

    public ValueTask InitializeAsync()
    {
        _server.Start();
        _proxy = new TcpFaultProxy(((IPEndPoint)_server.LocalEndpoint).Port);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync().WithinBound("the proxy to be disposed");
        _server.Dispose();
    }

    [Fact]
    public async Task Bytes_pass_both_ways()
    {
        var (client, server) = await ConnectAsync();

        await client.SendAsync(new byte[] { 1 }, Token);
        (await ReceiveAsync(server)).ShouldBe(1);
        await server.SendAsync(new byte[] { 2 }, Token);
        (await ReceiveAsync(client)).ShouldBe(2);
        Proxy.ConnectionCount.ShouldBe(1);
    }

    [Fact]
    public async Task Cut_closes_connections_and_refuses_new_ones_until_resumed()
    {
        var (client, server) = await ConnectAsync();

        Proxy.Cut();

        (await ReceiveAsync(client)).ShouldBe(-1);
        (await ReceiveAsync(server)).ShouldBe(-1);
        (await Should.ThrowAsync<SocketException>(ConnectAsync)).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
        Proxy.Resume();
        (client, server) = await ConnectAsync();
        await client.SendAsync(new byte[] { 3 }, Token);
        (await ReceiveAsync(server)).ShouldBe(3);
    }

    [Fact]
    public async Task Reset_breaks_connections_and_takes_new_ones()
    {
        var (client, server) = await ConnectAsync();

        Proxy.ResetConnections();

        (await Should.ThrowAsync<SocketException>(() => ReceiveAsync(client))).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        (await Should.ThrowAsync<SocketException>(() => ReceiveAsync(server))).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        (client, server) = await ConnectAsync();
        await client.SendAsync(new byte[] { 3 }, Token);
        (await ReceiveAsync(server)).ShouldBe(3);
    }

    [Fact]
    public async Task Frozen_bytes_arrive_when_resumed()
    {
        var (client, server) = await ConnectAsync();
        Proxy.Freeze();
        await client.SendAsync(new byte[] { 4 }, Token);
        var receiving = ReceiveAsync(server);

        // A connection beside it shows that the proxy has had its time: what is sent there is held too, and comes after.
        var (other, otherServer) = await ConnectAsync();
        await other.SendAsync(new byte[] { 5 }, Token);
        receiving.IsCompleted.ShouldBeFalse();

        Proxy.Resume();

        (await receiving).ShouldBe(4);
        (await ReceiveAsync(otherServer)).ShouldBe(5);
    }

    [Fact]
    public async Task Half_open_connection_passes_requests_and_holds_replies_until_resumed()
    {
        var (client, server) = await ConnectAsync();
        Proxy.Freeze(ProxyDirections.ToClient);

        await client.SendAsync(new byte[] { 6 }, Token);
        (await ReceiveAsync(server)).ShouldBe(6);
        await server.SendAsync(new byte[] { 7 }, Token);
        var receiving = ReceiveAsync(client);

        // The way to the server has been used once more, so the proxy has had its time.
        await client.SendAsync(new byte[] { 8 }, Token);
        (await ReceiveAsync(server)).ShouldBe(8);
        receiving.IsCompleted.ShouldBeFalse();

        Proxy.Resume();

        (await receiving).ShouldBe(7);
    }

    [Fact]
    public async Task Connection_is_as_slow_as_told_until_resumed()
    {
        var (client, server) = await ConnectAsync();
        Proxy.Slow(TimeSpan.FromMilliseconds(50), bytesPerSecond: 10_000);
        var started = TimeProvider.System.GetTimestamp();

        await client.SendAsync(new byte[2_000], Token);
        for (var received = 0; received < 2_000; received++)
        {
            await ReceiveAsync(server);
        }

        // 50 ms, and 2,000 bytes in 200 ms of which the last piece's 50 ms come after it.
        TimeProvider.System.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(190));

        // A second's worth of bytes, and a thousandth of them is waited for: slow they would come in a thousand seconds.
        Proxy.Slow(TimeSpan.Zero, bytesPerSecond: 1);
        await client.SendAsync(new byte[1_000], Token);
        await ReceiveAsync(server);
        Proxy.Resume();
        for (var received = 1; received < 1_000; received++)
        {
            await ReceiveAsync(server);
        }
    }

    [Fact]
    public async Task End_of_one_side_ends_the_other()
    {
        var (client, server) = await ConnectAsync();

        server.Dispose();

        (await ReceiveAsync(client)).ShouldBe(-1);
    }

    private async Task<(Socket Client, Socket Server)> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, Proxy.Port, Token).WithinBound("a connection");
        var server = await _server.AcceptSocketAsync(Token).WithinBound("the connection to arrive");
        await Proxy.Connected.WaitAsync();
        return (client, server);
    }

    private static async Task<int> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[1];
        return await socket.ReceiveAsync(buffer, Token).WithinBound("a byte") == 0 ? -1 : buffer[0];
    }
}
