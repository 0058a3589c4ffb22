using System.Text.Json;
using CeleryNet.Contract.Tests.Transports;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;

namespace CeleryNet.Contract.Tests.Redis;

public sealed class RedisTransportTests : TransportContract
{
    private protected override ValueTask<ITransport> CreateTransportAsync(Func<TransportOptions, TransportOptions>? tweak = null)
    {
        var options = new TransportOptions([BrokerUrl.Parse(TestBrokers.RedisDatabase(RedisServer.TransportDatabase))]);
        return new(new RedisTransport(tweak is null ? options : tweak(options), TimeProvider.System, new RecordingLogger()));
    }

    private protected override async ValueTask<DeadLetterContent> ReadDeadLetterAsync(string queue, CancellationToken cancellationToken)
    {
        await using var client = await RedisServer.ConnectSharedAsync();
        var entry = await client.GetDatabase(RedisServer.TransportDatabase).ListRightPopAsync(queue + ".dead-letters");
        using var letter = JsonDocument.Parse((string)entry!);
        var message = RedisEnvelopeReader.Read(System.Text.Encoding.UTF8.GetBytes(letter.RootElement.GetProperty("message").GetString()!));
        return new DeadLetterContent(letter.RootElement.GetProperty("reason").GetString()!, message.Envelope.Body);
    }
}
