using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>Servers for all tests of this project: a RabbitMQ node takes seconds to start. Tests keep apart by queue names.</summary>
public sealed class SharedServers : IAsyncLifetime
{
    /// <summary>The node. A test that stops it starts it again.</summary>
    public RabbitMqServerProcess RabbitMq { get; } = new();

    /// <summary>Where results are kept that must survive the broker. It is never stopped.</summary>
    public RedisServerProcess Results { get; } = new("--appendfsync", "everysec");

    public async ValueTask InitializeAsync() => await Task.WhenAll(RabbitMq.StartAsync(), Results.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await RabbitMq.DisposeAsync();
        await Results.DisposeAsync();
    }
}
