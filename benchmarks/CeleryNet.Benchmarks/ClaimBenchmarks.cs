using BenchmarkDotNet.Attributes;
using CeleryNet.Routing;
using CeleryNet.Transports;
using CeleryNet.Transports.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace CeleryNet.Benchmarks;

/// <summary>A message taken from a Redis whose answers are ready: claimed, read, handed out, acknowledged. One operation is one message.</summary>
public class ClaimBenchmarks
{
    private const int Messages = 1_024;

    // A claim that is answered otherwise than it expects waits for ever.
    private readonly CancellationTokenSource _deadline = new();
    private readonly Task[] _settling = new Task[64];
    private FakeRedis _server = null!;
    private RedisTransport _transport = null!;
    private IConsumer _consumer = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _deadline.CancelAfter(TimeSpan.FromMinutes(5));
        _server = new FakeRedis(new RedisEnvelopeWriter().Write(Sample.Add(), new Destination("", "celery")));
        _transport = new RedisTransport(new TransportOptions(BrokerUrl.ParseList($"redis://127.0.0.1:{_server.Port}/0")), TimeProvider.System, NullLogger.Instance);
        _consumer = await _transport.ConsumeAsync(new ConsumerRequest([QueueSpec.Named("celery")], Prefetch: 256), CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _consumer.DisposeAsync();
        await _transport.DisposeAsync();
        _server.Dispose();
        _deadline.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task ClaimAndAcknowledgeAsync()
    {
        for (var taken = 0; taken < Messages; taken += _settling.Length)
        {
            for (var i = 0; i < _settling.Length; i++)
            {
                var delivery = await _consumer.Deliveries.ReadAsync(_deadline.Token);
                _settling[i] = delivery.SettleAsync(Settlement.Ack, CancellationToken.None).AsTask();
            }

            foreach (var settling in _settling)
            {
                await settling;
            }
        }
    }
}
