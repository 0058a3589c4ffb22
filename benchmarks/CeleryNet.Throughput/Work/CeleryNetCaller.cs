using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Throughput.Work;

/// <summary>Calls with CeleryNet's client.</summary>
internal static class CeleryNetCaller
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(CallerSettings settings, TextWriter output, CancellationToken cancellationToken)
    {
        await using var services = CeleryNetClient.Create(settings.Broker, settings.Results, settings.Queue);
        var client = services.GetRequiredService<ICeleryClient>();
        await RoundTrips.RunAsync(settings, output, async () =>
        {
            var sent = await client.SendAsync(BenchTasks.Signatures.Add(2, 3), cancellationToken);
            return await sent.GetAsync(_deadline, cancellationToken);
        });
    }
}
