using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>
/// Servers for all tests of this project, since a RabbitMQ node takes seconds to start, and the turns of the tests: one at a time on each kind of broker. Tests of
/// one kind keep apart by queue names.
/// </summary>
/// <remarks>
/// Most of a test is waiting, for starts, leases and heartbeats, so three at a time share a machine. In the long form, whose figures are to be compared, there
/// is one test at a time: each loads the machine on purpose.
/// </remarks>
public sealed class SharedServers : IAsyncLifetime
{
    private readonly RabbitMqServerProcess _classic = new();
    private readonly RabbitMqServerProcess _quorum = new();
    private readonly Dictionary<string, SemaphoreSlim> _turns;

    public SharedServers()
    {
        var one = new SemaphoreSlim(1);
        _turns = new[] { FaultBroker.Redis, FaultBroker.Classic, FaultBroker.Quorum }.ToDictionary(kind => kind, _ => FaultScale.IsLong ? one : new SemaphoreSlim(1));
    }

    /// <summary>Where results are kept that must survive the broker. It is never stopped.</summary>
    public RedisServerProcess Results { get; } = new("--appendfsync", "everysec");

    public async ValueTask InitializeAsync() => await Task.WhenAll(_classic.StartAsync(), _quorum.StartAsync(), Results.StartAsync());

    /// <summary>The node for a kind of queue, so that a fault on it is met by tests of that kind alone. A test that stops it starts it again.</summary>
    /// <param name="kind"><see cref="FaultBroker.Classic"/> or <see cref="FaultBroker.Quorum"/>.</param>
    internal RabbitMqServerProcess RabbitMqOf(string kind) => kind == FaultBroker.Quorum ? _quorum : _classic;

    /// <summary>Waits for a test's turn.</summary>
    /// <param name="kind">One of the kinds of brokers.</param>
    /// <returns>Ends it.</returns>
    internal async Task<IDisposable> TakeTurnAsync(string kind)
    {
        // No bound: as long as the tests before it, each of which has bounds.
        var turns = _turns[kind];
        await turns.WaitAsync();
        return new Turn(turns);
    }

    public async ValueTask DisposeAsync()
    {
        await _classic.DisposeAsync();
        await _quorum.DisposeAsync();
        await Results.DisposeAsync();
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
