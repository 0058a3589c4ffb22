using System.Net;
using System.Net.Sockets;

namespace CeleryNet.TestKit;

/// <summary>Finds TCP ports for servers of tests.</summary>
public static class FreePort
{
    /// <summary>A loopback port that nobody listens on now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
