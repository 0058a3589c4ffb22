using System.Runtime.InteropServices;
using CeleryNet.Hosting;
using CeleryNet.Worker;
using Microsoft.Extensions.Logging.Abstractions;

namespace CeleryNet.Tests.Hosting;

/// <summary>What signals make of a worker's shutdown.</summary>
public sealed class ShutdownSignalsTests : IDisposable
{
    private readonly WorkerShutdown _shutdown = new(TimeSpan.FromSeconds(25));
    private readonly List<int> _exits = [];
    private int _stops;

    public void Dispose() => _shutdown.Dispose();

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public void The_first_signal_stops_the_host_and_lets_tasks_finish(PosixSignal signal)
    {
        Create().Receive(signal);

        (_shutdown.Stage, _stops, _exits.Count).ShouldBe((ShutdownStage.Warm, 1, 0));
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGQUIT)]
    public void The_second_signal_cancels_tasks(PosixSignal signal)
    {
        var signals = Create();

        signals.Receive(PosixSignal.SIGINT);
        signals.Receive(signal);

        (_shutdown.Stage, _exits.Count).ShouldBe((ShutdownStage.Cold, 0));
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGQUIT, 131)]
    [InlineData(PosixSignal.SIGTERM, 143)]
    public void The_third_signal_ends_the_process(PosixSignal signal, int exitCode)
    {
        var signals = Create();

        signals.Receive(PosixSignal.SIGTERM);
        signals.Receive(PosixSignal.SIGTERM);
        signals.Receive(signal);

        _exits.ShouldBe([exitCode]);
    }

    [Fact]
    public void SIGQUIT_cancels_tasks_at_once()
    {
        Create().Receive(PosixSignal.SIGQUIT);

        (_shutdown.Stage, _stops).ShouldBe((ShutdownStage.Cold, 1));
    }

    [Fact]
    public void With_a_soft_timeout_tasks_have_it_before_the_next_signal_cancels_them()
    {
        var signals = Create(soft: TimeSpan.FromSeconds(10));
        List<ShutdownStage> stages = [];
        for (var i = 0; i < 3; i++)
        {
            signals.Receive(PosixSignal.SIGTERM);
            stages.Add(_shutdown.Stage);
        }

        signals.Receive(PosixSignal.SIGTERM);

        stages.ShouldBe([ShutdownStage.Warm, ShutdownStage.Soft, ShutdownStage.Cold]);
        _exits.ShouldBe([143]);
    }

    [Fact]
    public void A_SIGTERM_that_is_remapped_is_a_SIGQUIT()
    {
        var signals = Create(soft: TimeSpan.FromSeconds(10), remap: "SIGQUIT");

        signals.Receive(PosixSignal.SIGTERM);

        _shutdown.Stage.ShouldBe(ShutdownStage.Soft);
    }

    [Fact]
    public void A_SIGINT_stays_what_it_is_when_SIGTERM_is_remapped()
    {
        Create(remap: "SIGQUIT").Receive(PosixSignal.SIGINT);

        _shutdown.Stage.ShouldBe(ShutdownStage.Warm);
    }

    [Fact]
    public void SIGTERM_cannot_be_remapped_to_anything_else()
        => Should.Throw<CeleryConfigurationException>(() => Create(remap: "SIGINT"))
            .Message.ShouldBe("The environment's REMAP_SIGTERM must be SIGQUIT or absent, was 'SIGINT'.");

    [Fact]
    public void A_first_signal_does_not_hurry_a_worker_that_stops_already()
    {
        _shutdown.Advance(ShutdownStage.Warm);

        Create().Receive(PosixSignal.SIGTERM);

        _shutdown.Stage.ShouldBe(ShutdownStage.Warm);
    }

    private ShutdownSignals Create(TimeSpan soft = default, string? remap = null)
        => new(_shutdown, new ShutdownActions(soft, () => _stops++, _exits.Add), remap, "celery@test", NullLogger.Instance);
}
