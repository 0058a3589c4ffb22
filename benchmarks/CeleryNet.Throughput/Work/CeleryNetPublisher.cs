using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Throughput.Work;

/// <summary>Sends with CeleryNet's client; each send is awaited until the broker has the message.</summary>
internal static class CeleryNetPublisher
{
    public static async Task RunAsync(PublisherSettings settings, Marks marks, CancellationToken cancellationToken)
    {
        await using var services = CeleryNetClient.Create(settings.Broker, null, settings.Queue, settings.Window);
        var client = services.GetRequiredService<ICeleryClient>();
        if (settings.Window > 1)
        {
            await foreach (var outcome in client.SendManyAsync(CallsAsync(settings.Count), cancellationToken))
            {
                outcome.ThrowIfFailed();
                marks.Done();
            }

            return;
        }

        for (var i = 0; i < settings.Count; i++)
        {
            await SendAsync();
        }

        async Task SendAsync()
        {
            await client.SendAsync(BenchTasks.Signatures.Add(2, 3), cancellationToken);
            marks.Done();
        }
    }

    private static async IAsyncEnumerable<Signature<int>> CallsAsync(int count)
    {
        await Task.CompletedTask;
        for (var i = 0; i < count; i++)
        {
            yield return BenchTasks.Signatures.Add(2, 3);
        }
    }
}
