using System.Globalization;
using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>Looks into a RabbitMQ node.</summary>
internal static class AmqpProbe
{
    /// <summary>How many messages lie in a queue, taken by a consumer or not.</summary>
    public static async Task<int> CountAsync(this RabbitMqServerProcess server, string queue)
    {
        var listing = await server.ControlAsync("list_queues", "--no-table-headers", "name", "messages");
        var line = listing.Split('\n').Single(line => line.StartsWith(queue + "\t", StringComparison.Ordinal));
        return int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
    }
}
