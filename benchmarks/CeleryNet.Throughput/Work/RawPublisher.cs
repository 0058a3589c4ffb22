using System.Threading.RateLimiting;
using RabbitMQ.Client;

namespace CeleryNet.Throughput.Work;

/// <summary>Sends with the clients alone; each send is awaited until the broker has the message.</summary>
internal static class RawPublisher
{
    public static async Task RunAsync(PublisherSettings settings, Marks marks, CancellationToken cancellationToken)
    {
        var messages = new TaskMessages(TaskCall.Add, settings.Queue, ignoreResult: false);
        if (settings.Broker.StartsWith("redis:", StringComparison.Ordinal))
        {
            await using var client = await RawRedis.ConnectAsync(settings.Broker);
            var database = RawRedis.Database(client, settings.Broker);
            await SlidingWindow.RunAsync(settings.Count, settings.Window, PushAsync);

            async Task PushAsync()
            {
                await database.ListLeftPushAsync(settings.Queue, messages.Element(Guid.NewGuid()));
                marks.Done();
            }
        }
        else
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(settings.Broker) }.CreateConnectionAsync(cancellationToken);

            // The client's own limiter slows down long before its limit.
            await using var limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = settings.Window, QueueLimit = settings.Window });
            var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: limiter);
            await using var channel = await connection.CreateChannelAsync(options, cancellationToken);
            await SlidingWindow.RunAsync(settings.Count, settings.Window, PublishAsync);

            async Task PublishAsync()
            {
                await channel.BasicPublishAsync("", settings.Queue, mandatory: false, messages.Properties(Guid.NewGuid()), messages.Body, cancellationToken);
                marks.Done();
            }
        }
    }
}
