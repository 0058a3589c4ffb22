using System.Globalization;
using CeleryNet.TestKit;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>One fault on one broker: a queue of its own, a producer, workers, and the ledger that is settled at the end.</summary>
internal sealed class FaultScenario : IAsyncDisposable
{
    private readonly TestDirectory _runs = new();
    private readonly List<CeleryHost> _workers = [];
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly CeleryHost _producer;

    private FaultScenario(FaultBroker broker, CeleryHost producer)
    {
        Broker = broker;
        _producer = producer;
        Ledger = NewLedger();
    }

    public FaultBroker Broker { get; }

    public string Queue { get; } = Names.Unique();

    public Ledger Ledger { get; }

    /// <summary>The producer's.</summary>
    public ICeleryClient Client => _producer.Client;

    /// <summary>What workers have put aside.</summary>
    public IDeadLetters DeadLetters => _producer.DeadLetters;

    public RandomMoments Moments { get; } = new();

    /// <summary>How often the fault was done.</summary>
    public int Rounds { get; set; }

    /// <summary>The directory of the workers' logs of runs.</summary>
    public string Runs => _runs.Path;

    /// <summary>Waits until no other test has such a broker, and begins.</summary>
    /// <param name="kind">One of <see cref="FaultBroker.All"/>.</param>
    /// <param name="servers">The servers of all tests.</param>
    /// <param name="configure">Changes the producer's options, such as its broker to a proxy.</param>
    public static async Task<FaultScenario> StartAsync(string kind, SharedServers servers, Action<FaultBroker, CeleryOptions>? configure = null)
    {
        var broker = await FaultBroker.StartAsync(kind, servers);
        try
        {
            return new FaultScenario(broker, await CeleryHost.StartProducerAsync(broker, celery => configure?.Invoke(broker, celery)));
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a ledger besides <see cref="Ledger"/>, for calls of which more may become than of others.</summary>
    public Ledger NewLedger() => new(_producer.Client, Queue, _runs.Path);

    /// <summary>Starts a worker in this process, stopped with the scenario.</summary>
    public async Task<CeleryHost> StartWorkerAsync(int concurrency = 16, TimeProvider? time = null, Action<CeleryOptions>? configure = null)
    {
        var worker = await CeleryHost.StartWorkerAsync(Broker, Queue, _runs.Path, concurrency, time, configure);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Starts a worker as a program, to be stopped or killed by the test.</summary>
    public Task<ChildProcess> StartWorkerProgramAsync(int concurrency = 8, IReadOnlyDictionary<string, string>? environment = null)
        => WorkerProgram.StartAsync(Broker, Queue, _runs.Path, concurrency, environment);

    /// <summary>Settles the ledger: nothing lost, every result seen, nothing run early, and no more duplicates than the fault allows.</summary>
    /// <param name="duplicates">How many runs may be one too many; null where at-least-once allows any number.</param>
    /// <param name="describe">What to add to the message of a failure; null for the warnings of the workers in this process.</param>
    /// <param name="more">What to add to the summary line.</param>
    public async Task<Tally> ShouldLoseNothingAsync(int? duplicates = null, Func<string>? describe = null, string more = "")
    {
        var failures = await Ledger.WaitForResultsAsync(Bound.Long);
        var tally = Ledger.Count();
        Report(tally, more);
        var evidence = $"{tally}, seed {Moments.Seed}\n{string.Join('\n', failures.Take(10))}\n{(describe ?? DescribeWorkers)()}";
        failures.ShouldBeEmpty(evidence);
        tally.Confirmed.ShouldBeGreaterThan(0);
        tally.Lost.ShouldBe(0, evidence);
        tally.Early.ShouldBe(0, evidence);
        if (duplicates is { } most)
        {
            tally.Duplicates.ShouldBeLessThanOrEqualTo(most, evidence);
        }

        return tally;
    }

    /// <summary>Stops the workers of this process; nothing of the queue may be left then that was still to be done.</summary>
    public async Task ShouldLeaveNothingAsync()
    {
        // On Redis what an interrupted worker held is put back by another, so one must be there.
        if (Broker.IsRedis)
        {
            await Broker.ShouldBeEmptyAsync(Queue);
        }

        await StopWorkersAsync();
        if (Broker.IsRedis)
        {
            await Broker.ShouldBeEmptyAsync(Queue);
            return;
        }

        // A stopping worker gives back what it has not begun: messages that came a second time, or whose send was refused.
        Ledger.StillToBeDone(await Broker.TakeAllAsync(Queue)).ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Shown when the test has failed.
            TestContext.Current.TestOutputHelper?.WriteLine(DescribeWorkers());
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', WarningsOf(_producer)));
            TestContext.Current.TestOutputHelper?.WriteLine(Broker.Server.Output);
            await StopWorkersAsync();
            await _producer.DisposeAsync();
            _runs.Dispose();
        }
        finally
        {
            await Broker.DisposeAsync();
        }
    }

    private void Report(Tally tally, string more)
    {
        var name = TestContext.Current.Test?.TestDisplayName ?? "";
        var elapsed = TimeProvider.System.GetElapsedTime(_started).TotalSeconds;
        FaultReport.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{name[(name.IndexOf("Tests.", StringComparison.Ordinal) + 6)..]}: {Rounds} rounds, {tally}{more}, {elapsed:0.0} s, seed {Moments.Seed}"));
    }

    private async Task StopWorkersAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        _workers.Clear();
    }

    private string DescribeWorkers() => string.Join('\n', _workers.SelectMany(WarningsOf));

    private static IEnumerable<LogLine> WarningsOf(CeleryHost host) => host.Log.Lines.Where(line => line.Level >= LogLevel.Warning).TakeLast(20);
}
