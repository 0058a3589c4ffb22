using System.Diagnostics;
using CeleryNet.Throughput.Work;
using RabbitMQ.Client;

namespace CeleryNet.Throughput.Brokers;

/// <summary>RabbitMQ as the broker.</summary>
internal sealed class AmqpBroker(IConnection connection, string url) : IBroker
{
    private static readonly TimeSpan _arrivalDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    public string Name => "rabbitmq";

    public string Url => url;

    public async Task ResetAsync(string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.QueueDeleteAsync(queue, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
    }

    public async Task FillAsync(TaskMessages messages, int count, CancellationToken cancellationToken)
    {
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken))
        {
            for (var i = 0; i < count; i++)
            {
                await channel.BasicPublishAsync("", messages.Queue, mandatory: false, messages.Properties(Guid.NewGuid()), messages.Body, cancellationToken);
            }
        }

        var started = Stopwatch.GetTimestamp();
        while (await CountAsync(messages.Queue, cancellationToken) is var found && found != count)
        {
            if (Stopwatch.GetElapsedTime(started) > _arrivalDeadline)
            {
                throw new TimeoutException($"The queue '{messages.Queue}' has {found} messages {_arrivalDeadline} after {count} were sent.");
            }

            await Task.Delay(_look, cancellationToken);
        }
    }

    // Only those that are ready: what a worker has taken shows again when it is gone, and so this is asked after it has stopped.
    public async Task<long> CountAsync(string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        return await channel.MessageCountAsync(queue, cancellationToken);
    }
}
