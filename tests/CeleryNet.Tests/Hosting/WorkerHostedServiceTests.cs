using CeleryNet.Extensibility;
using CeleryNet.Hosting;
using CeleryNet.Routing;
using CeleryNet.TestKit;
using CeleryNet.Transports;
using CeleryNet.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Tests.Hosting;

/// <summary>What becomes of a host, and of its process's exit code, when its worker ends by itself.</summary>
public sealed class WorkerHostedServiceTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);
    private readonly ManualResetEventSlim _release = new();
    private readonly TestSignal _blocked = new();
    private readonly TestSignal _failed = new();
    private readonly Lifetime _lifetime = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _release.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task A_host_whose_worker_has_run_its_tasks_stops_without_a_failure()
    {
        await using var services = Services(worker => worker.MaxTasks = 1);
        using var service = Service(services);
        await service.StartAsync(Token);

        await services.GetRequiredService<ICeleryClient>().SendTaskAsync("task", cancellationToken: Token);
        await _lifetime.Stopped.WaitAsync("the stop of the host");
        await service.StopAsync(Token);

        _failed.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_host_whose_worker_has_too_much_stuck_code_stops_with_a_failure()
    {
        var time = new FakeTimeProvider();
        await using var services = Services(worker => worker.MaxStuckTasks = 0, services => services.AddSingleton<TimeProvider>(time));
        using var service = Service(services);
        await service.StartAsync(Token);

        await services.GetRequiredService<ICeleryClient>().SendTaskAsync("block", cancellationToken: Token);
        await _blocked.WaitAsync("the task to block");
        time.Advance(_limit);
        await _lifetime.Stopped.WaitAsync("the stop of the host");
        await service.StopAsync(Token);
        _release.Set();

        _failed.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_host_whose_worker_cannot_go_on_stops_with_a_failure()
    {
        await using var services = Services(_ => { }, services => services.AddSingleton<ITransport, BrokenTransport>());
        using var service = Service(services);
        await service.StartAsync(Token);

        await _lifetime.Stopped.WaitAsync("the stop of the host");
        await service.StopAsync(Token);

        _failed.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_that_its_host_stops_does_not_stop_the_host()
    {
        await using var services = Services(_ => { });
        using var service = Service(services);
        await service.StartAsync(Token);
        await services.GetRequiredService<ICeleryWorker>().WaitUntilReadyAsync(Token).WithinBound("the worker to be ready");

        await service.StopAsync(Token);

        (_failed.Count, _lifetime.Stopped.Count).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData(true, CancellationReason.None)]
    [InlineData(false, CancellationReason.Shutdown)]
    public async Task The_hosts_hurry_ends_tasks_unless_they_were_given_their_time(bool isGiven, CancellationReason reason)
    {
        var (started, ended) = (new TestSignal(), new TestSignal<CancellationReason>());
        var goOn = new TaskCompletionSource();
        var impatience = new Impatience();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddCelery().AddWorker(worker =>
        {
            worker.HandleSignals = false;
            worker.ShutdownGrace = isGiven ? TimeSpan.FromHours(1) : null;
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(1));
        builder.Services.AddSingleton<IHostedService>(impatience);
        builder.Services.AddSingleton(new TaskDefinition("slow", [], async call =>
        {
            started.Fire();
            await Task.WhenAny(goOn.Task, Task.Delay(Timeout.Infinite, call.CancellationToken));
            ended.Fire(call.Context.CancellationReason);
            return TaskValue.Null;
        }));
        using var host = builder.Build();
        await host.StartAsync(Token);
        await host.Services.GetRequiredService<ICeleryClient>().SendTaskAsync("slow", cancellationToken: Token);
        await started.WaitAsync();

        var stopping = host.StopAsync(Token);
        await impatience.Fired.WaitAsync("the end of the host's patience");
        if (isGiven)
        {
            goOn.SetResult();
        }

        (await ended.WaitAsync()).ShouldBe(reason);
        await stopping.WithinBound("the host to stop");
    }

    private ServiceProvider Services(Action<WorkerOptions> configure, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        more?.Invoke(services);
        services.AddSingleton(new TaskDefinition("task", [], _ => new(TaskValue.Null)));
        services.AddSingleton(new TaskDefinition("block", [], _ =>
        {
            _blocked.Fire();
            _release.Wait(Bound.Long);
            return new(TaskValue.Null);
        })
        { TimeLimit = _limit });
        services.AddCelery().AddWorker(configure);
        return services.BuildServiceProvider();
    }

    private WorkerHostedService Service(IServiceProvider services) => new(
        services.GetRequiredService<CeleryWorker>(),
        services.GetRequiredService<IOptions<WorkerOptions>>(),
        TimeSpan.FromSeconds(10),
        TimeProvider.System,
        _lifetime,
        _failed.Fire,
        NullLogger<WorkerHostedService>.Instance);

    // Stopped before the worker, with the same token.
    private sealed class Impatience : IHostedService
    {
        public TestSignal Fired { get; } = new();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            cancellationToken.Register(Fired.Fire);
            return Task.CompletedTask;
        }
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _never = new();

        public TestSignal Stopped { get; } = new();

        public CancellationToken ApplicationStarted => _never.Token;

        public CancellationToken ApplicationStopping => _never.Token;

        public CancellationToken ApplicationStopped => _never.Token;

        public void StopApplication() => Stopped.Fire();

        public void Dispose() => _never.Dispose();
    }

    // As one with a mistake in it.
    private sealed class BrokenTransport : ITransport
    {
        public IPublisher Publisher => throw new NotSupportedException();

        public IDeadLetterStore DeadLetters => throw new NotSupportedException();

        public ValueTask<IConsumer> ConsumeAsync(ConsumerRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException("broken");

        public ValueTask DeleteQueueAsync(QueueSpec queue, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
