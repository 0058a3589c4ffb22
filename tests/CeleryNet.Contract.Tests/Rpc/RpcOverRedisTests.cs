using CeleryNet.Contract.Tests.Redis;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Contract.Tests.Rpc;

public sealed class RpcOverRedisTests : RpcBackendContract
{
    private readonly string _prefix = Names.Unique("rpc") + ":";

    private protected override (ITransport Workers, ITransport Clients) CreateTransports() => (Create(), Create());

    // Redis takes messages for any list: whether it is there has to be asked behind the transport.
    private protected override async Task QueueShouldBeGoneAsync(string queue)
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        (await client.GetDatabase(RedisServer.TransportDatabase).KeyExistsAsync(_prefix + queue)).ShouldBeFalse();
    }

    private RedisTransport Create() => new(
        new TransportOptions([BrokerUrl.Parse(TestBrokers.RedisDatabase(RedisServer.TransportDatabase))]) { GlobalKeyPrefix = _prefix },
        TimeProvider.System,
        Log);
}
