using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Transports.Memory;

namespace CeleryNet.Tests.Transports;

/// <summary>One broker to take from, another to send to.</summary>
public sealed class SplitTransportTests
{
    private static readonly QueueSpec _queue = QueueSpec.Named("celery");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_go_to_the_one_and_come_from_the_other()
    {
        await using var reading = Broker();
        await using var writing = Broker();
        await using var split = new SplitTransport(reading, writing);
        var destination = new Destination("", _queue.Name) { Declare = _queue };
        await reading.Publisher.PublishAsync(MessageFactory.Text("to be read"), destination, Token);

        await split.Publisher.PublishAsync(MessageFactory.Text("written"), destination, Token);
        await using var consumer = await split.ConsumeAsync(new ConsumerRequest([_queue], 10), Token);
        var read = await consumer.Deliveries.ReadAsync(Token).AsTask().WithinBound("the message to be read");
        await read.SettleAsync(Settlement.DeadLetter("kept"), Token);
        await using var other = await writing.ConsumeAsync(new ConsumerRequest([_queue], 10), Token);
        var written = await other.Deliveries.ReadAsync(Token).AsTask().WithinBound("the message that was written");

        MessageFactory.TextOf(read.Envelope).ShouldBe("to be read");
        MessageFactory.TextOf(written.Envelope).ShouldBe("written");
        consumer.Deliveries.TryRead(out _).ShouldBeFalse();
        using var step = new StepDeadline(TimeSpan.FromSeconds(10), TimeProvider.System, Token);
        (await split.DeadLetters.CountAsync(_queue.Name, step)).ShouldBe(1);
    }

    private static MemoryTransport Broker() => new(new TransportOptions([]), TimeProvider.System, new RecordingLogger());
}
