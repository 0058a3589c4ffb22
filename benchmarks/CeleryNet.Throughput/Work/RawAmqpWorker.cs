using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace CeleryNet.Throughput.Work;

/// <summary>
/// The fastest worker that keeps the promises of one on RabbitMQ: it runs tasks where the client hands messages over, stores results without waiting for
/// one before the next, and acknowledges what has ended, singly or many at a time.
/// </summary>
internal sealed class RawAmqpWorker(IChannel channel, RawResults? results, RawTasks tasks, string queue, bool singleAcks)
{
    private const ushort Prefetch = 256;
    private const int Batch = 64;

    private static readonly TimeSpan _flushInterval = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private List<Task> _stored = [];
    private Task _acknowledged = Task.CompletedTask;
    private ulong _last;
    private int _unacknowledged;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += OnReceivedAsync;
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
        using var timer = new PeriodicTimer(_flushInterval);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await AcknowledgeAsync(1);
        }
    }

    private Task OnReceivedAsync(object sender, BasicDeliverEventArgs delivery)
    {
        var headers = delivery.BasicProperties.Headers!;
        var call = RawCall.ReadBody(Text(headers["id"]), Text(headers["task"]), delivery.Body.Span);
        var document = tasks.Run(call);
        var stored = results?.StoreAsync(call.Id, document) ?? Task.CompletedTask;
        if (singleAcks)
        {
            return AcknowledgeOneAsync(stored, delivery.DeliveryTag);
        }

        lock (_gate)
        {
            _last = delivery.DeliveryTag;
            _unacknowledged++;
            if (!stored.IsCompleted)
            {
                _stored.Add(stored);
            }
        }

        // Not awaited: the next messages run while the results of these are stored.
        _ = AcknowledgeAsync(Batch);
        return Task.CompletedTask;
    }

    private static string Text(object? value) => Encoding.UTF8.GetString((byte[])value!);

    private Task AcknowledgeOneAsync(Task stored, ulong tag)
    {
        if (stored.IsCompleted)
        {
            return channel.BasicAckAsync(tag, multiple: false).AsTask();
        }

        _ = AcknowledgeLaterAsync(stored, tag);
        return Task.CompletedTask;
    }

    private async Task AcknowledgeLaterAsync(Task stored, ulong tag)
    {
        await stored;
        await channel.BasicAckAsync(tag, multiple: false);
    }

    private Task AcknowledgeAsync(int atLeast)
    {
        lock (_gate)
        {
            if (_unacknowledged >= atLeast)
            {
                _acknowledged = AcknowledgeAsync(_acknowledged, _last, _stored);
                _stored = [];
                _unacknowledged = 0;
            }

            return _acknowledged;
        }
    }

    // One batch after the other: whoever acknowledges in multiples has acknowledged all before.
    private async Task AcknowledgeAsync(Task before, ulong tag, List<Task> stored)
    {
        await before;
        await Task.WhenAll(stored);
        await channel.BasicAckAsync(tag, multiple: true);
    }
}
