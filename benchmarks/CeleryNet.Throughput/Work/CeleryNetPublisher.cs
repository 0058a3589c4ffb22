using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Throughput.Work;

/// <summary>Sends with CeleryNet's client; each send is awaited until the broker has the message.</summary>
internal static class CeleryNetPublisher
{
    public static async Task RunAsync(PublisherSettings settings, Marks marks, CancellationToken cancellationToken)
    {
        await using var services = CeleryNetClient.Create(settings.Broker, null, settings.Queue);
        var client = services.GetRequiredService<ICeleryClient>();
        await SlidingWindow.RunAsync(settings.Count, settings.Window, SendAsync);

        async Task SendAsync()
        {
            await client.SendAsync(BenchTasks.Signatures.Add(2, 3), cancellationToken);
            marks.Done();
        }
    }
}
