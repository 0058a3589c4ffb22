using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;

namespace CeleryNet.Contract.Tests.Rpc;

public sealed class RpcOverAmqpTests : RpcBackendContract
{
    private protected override (ITransport Workers, ITransport Clients) CreateTransports() => (Create(), Create());

    private AmqpTransport Create() => new(new TransportOptions(BrokerUrl.ParseList(TestBrokers.Amqp)), TimeProvider.System, Log);
}
