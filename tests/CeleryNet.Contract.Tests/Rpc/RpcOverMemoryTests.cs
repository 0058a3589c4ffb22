using CeleryNet.Transports;
using CeleryNet.Transports.Memory;

namespace CeleryNet.Contract.Tests.Rpc;

public sealed class RpcOverMemoryTests : RpcBackendContract
{
    private protected override (ITransport Workers, ITransport Clients) CreateTransports()
    {
        var transport = new MemoryTransport(new TransportOptions([BrokerUrl.Parse("memory://")]), TimeProvider.System, Log);
        return (transport, transport);
    }
}
