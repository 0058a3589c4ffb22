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
    public async Task Cut_ends_connections_and_refuses_new_ones_until_resumed()
    {
        var (client, server) = await ConnectAsync();

        Proxy.Cut();

        await Should.ThrowAsync<SocketException>(() => ReceiveAsync(client));
        await Should.ThrowAsync<SocketException>(() => ReceiveAsync(server));
        (await Should.ThrowAsync<SocketException>(ConnectAsync)).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
        Proxy.Resume();
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
