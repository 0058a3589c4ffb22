using System.Net;
using System.Net.Sockets;

namespace CeleryNet.TestKit;

/// <summary>Finds TCP ports for servers of tests.</summary>
public static class FreePort
{
    // Below the range from which systems take the ports of outgoing connections: nobody gets it before its server listens.
    private const int First = 20_000;
    private const int Last = 32_000;

    /// <summary>A loopback port that nobody listens on now.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one, then.
            }
        }

        throw new InvalidOperationException($"No port between {First} and {Last} seems to be free.");
    }
}
