using RabbitMQ.Client;

namespace CeleryNet.Throughput.Work;

/// <summary>Connects a raw worker to what it works with.</summary>
internal static class RawWorker
{
    public static async Task RunAsync(WorkerSettings settings, Marks marks, CancellationToken cancellationToken)
    {
        try
        {
            await using var resultClient = settings.Results is { } url ? await RawRedis.ConnectAsync(url) : null;
            var results = resultClient is null ? null : new RawResults(RawRedis.Database(resultClient, settings.Results!));
            if (settings.Broker.StartsWith("redis:", StringComparison.Ordinal))
            {
                await RunOnRedisAsync(settings, results, new RawTasks(marks), cancellationToken);
            }
            else
            {
                await RunOnRabbitMqAsync(settings, results, new RawTasks(marks), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private static async Task RunOnRedisAsync(WorkerSettings settings, RawResults? results, RawTasks tasks, CancellationToken cancellationToken)
    {
        await using var client = await RawRedis.ConnectAsync(settings.Broker);
        using var watch = new RawRedisWatch(settings.Queue);
        var address = new Uri(settings.Broker);
        await watch.ConnectAsync(address.Host, address.Port, cancellationToken);
        var database = RawRedis.Database(client, settings.Broker);
        if (settings.Concurrency is { } concurrency)
        {
            using var slots = new RawSlots(database, tasks, watch, settings.Queue, concurrency);
            await slots.RunAsync(cancellationToken);
        }
        else
        {
            await new RawRedisWorker(database, results, tasks, watch, settings.Queue).RunAsync(cancellationToken);
        }
    }

    private static async Task RunOnRabbitMqAsync(WorkerSettings settings, RawResults? results, RawTasks tasks, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(settings.Broker) }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await new RawAmqpWorker(channel, results, tasks, settings.Queue, settings.SingleAcks).RunAsync(cancellationToken);
    }
}
