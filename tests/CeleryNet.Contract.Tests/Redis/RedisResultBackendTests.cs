using CeleryNet.Contract.Tests.Results;
using CeleryNet.Results;
using CeleryNet.Results.Redis;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Contract.Tests.Redis;

public sealed class RedisResultBackendTests : ResultBackendContract
{
    private protected override ValueTask<(IResultBackend Storing, IResultBackend Reading)> CreateAsync() => new((Create(), Create()));

    private static RedisResultBackend Create(Func<TransportOptions, TransportOptions>? tweak = null, TimeSpan? expires = null)
    {
        var options = new TransportOptions([BrokerUrl.Parse(TestBrokers.RedisDatabase(RedisServer.ResultDatabase))]);
        return new RedisResultBackend(tweak is null ? options : tweak(options), expires ?? TimeSpan.FromMinutes(10), TimeProvider.System, new RecordingLogger());
    }
}
