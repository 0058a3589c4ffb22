using System.Threading.Channels;
using CeleryNet.Protocol;
using CeleryNet.Results.Rpc;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;

namespace CeleryNet.Tests.Results;

/// <summary>What becomes of those who wait for replies when the consumer of the replies comes to its end.</summary>
public sealed class RpcResultBackendTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_waits_when_the_consumer_fails_is_told_and_who_waits_later_has_another_one()
    {
        var transport = new FailingTransport();
        await using var backend = new RpcResultBackend(transport, TimeSpan.FromHours(1), false, ResultCodec.CreateJson(), TimeProvider.System, new RecordingLogger());
        await using var early = backend.WatchAsync(TaskId.New(), Token).GetAsyncEnumerator(Token);
        var told = early.MoveNextAsync().AsTask();
        await backend.PrepareAsync(Token);

        transport.Consumers[0].Fail(new BrokerUnavailableException("It is gone."));

        (await Should.ThrowAsync<ResultBackendException>(() => told.WithinBound("the failure"))).Message.ShouldBe("Replies cannot be received any more: It is gone.");
        await transport.Consumers[0].Disposed.WaitAsync();
        await backend.PrepareAsync(Token);
        transport.Consumers.Count.ShouldBe(2);
        await using var late = backend.WatchAsync(TaskId.New(), Token).GetAsyncEnumerator(Token);
        var waiting = late.MoveNextAsync().AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        await backend.DisposeAsync().WithinBound("the backend to be disposed");
        (await waiting.WithinBound("the end")).ShouldBeFalse();
    }

    private sealed class FailingTransport : ITransport
    {
        public List<FailingConsumer> Consumers { get; } = [];

        public IPublisher Publisher => throw new NotSupportedException();

        public IDeadLetterStore DeadLetters => throw new NotSupportedException();

        public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken)
        {
            Consumers.Add(new FailingConsumer());
            return new(Consumers[^1]);
        }

        public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FailingConsumer : IConsumer
    {
        private readonly Channel<IDelivery> _deliveries = Channel.CreateUnbounded<IDelivery>();

        public TestSignal Disposed { get; } = new();

        public ChannelReader<IDelivery> Deliveries => _deliveries.Reader;

        public void Fail(Exception error) => _deliveries.Writer.TryComplete(error);

        public void SetPrefetch(int count) => throw new NotSupportedException();

        public ValueTask AddQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> RemoveQueueAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync()
        {
            _deliveries.Writer.TryComplete();
            Disposed.Fire();
            return ValueTask.CompletedTask;
        }
    }
}
