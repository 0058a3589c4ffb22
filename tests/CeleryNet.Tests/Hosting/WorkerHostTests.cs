using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CeleryNet.Extensibility;
using CeleryNet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CeleryNet.Tests.Hosting;

/// <summary>A host with a client and a worker on memory://, as a program has it.</summary>
public sealed class WorkerHostTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Task_runs_from_end_to_end()
    {
        using var host = await StartAsync();
        var client = host.Services.GetRequiredService<ICeleryClient>();

        var sum = await client.SendAsync(StaticTasks.Signatures.Add(2, 3), Token);
        var untyped = await client.SendTaskAsync("static.add", [20], new() { ["y"] = 3 }, cancellationToken: Token);

        (await sum.GetAsync(Bound.Default, Token)).ShouldBe(5);
        (await untyped.GetAsync(Bound.Default, Token)).GetInt32().ShouldBe(23);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Task_with_a_type_that_the_serializer_does_not_know_keeps_a_worker_from_starting()
    {
        var services = new ServiceCollection();
        services.AddCelery(celery => celery.SerializerOptions = new JsonSerializerOptions { TypeInfoResolver = JsonTypeInfoResolver.Combine() })
            .AddTasks(typeof(ParcelTasks)).AddTasks(typeof(StaticTasks)).AddWorker();
        await using var provider = services.BuildServiceProvider();

        var error = Should.Throw<CeleryConfigurationException>(provider.GetRequiredService<ICeleryWorker>);

        error.Message.ShouldContain("CeleryNet.Tests.Hosting.Parcel (of 'parcel.ship')");
        error.Message.ShouldNotContain("static.add");
    }

    [Fact]
    public async Task Each_run_has_services_of_its_own_and_they_are_disposed_after_it()
    {
        using var host = await StartAsync();
        var client = host.Services.GetRequiredService<ICeleryClient>();
        var ledger = host.Services.GetRequiredService<Ledger>();

        for (var run = 1; run <= 3; run++)
        {
            var result = await client.SendAsync(HostedTasks.Signatures.Number(), Token);
            (await result.GetAsync(Bound.Default, Token)).ShouldBe(run);
            (await ledger.Disposed.WaitAsync("the disposal of a run's services")).ShouldBe(run);
        }

        ledger.Made.ShouldBe(3);
        ledger.Disposed.Count.ShouldBe(3);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Services_of_a_run_that_fails_are_disposed_too()
    {
        using var host = await StartAsync();
        var ledger = host.Services.GetRequiredService<Ledger>();

        var result = await host.Services.GetRequiredService<ICeleryClient>().SendAsync(HostedTasks.Signatures.Fail(), Token);
        var error = await Should.ThrowAsync<RemoteTaskException>(() => result.WaitAsync(Bound.Default, Token));

        error.ExceptionType.ShouldBe("ValueError");
        error.ExceptionMessage.ShouldBe("run 1");
        error.InnerException.ShouldBeOfType<ArgumentException>();
        (await ledger.Disposed.WaitAsync("the disposal of the run's services")).ShouldBe(1);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Run_of_a_task_without_an_instance_makes_no_scope()
    {
        using var host = await StartAsync();

        var result = await host.Services.GetRequiredService<ICeleryClient>().SendAsync(StaticTasks.Signatures.Add(1, 1), Token);
        await result.GetAsync(Bound.Default, Token);
        await host.StopAsync(Token);

        host.Services.GetRequiredService<Ledger>().Made.ShouldBe(0);
    }

    [Fact]
    public async Task Host_that_stops_lets_running_tasks_end()
    {
        var started = new TestSignal();
        var goOn = new TaskCompletionSource();
        var ended = new TestSignal();
        using var host = await StartAsync(services => services.AddSingleton(new TaskDefinition("slow", [], async _ =>
        {
            started.Fire();
            await goOn.Task;
            ended.Fire();
            return TaskValue.Of(1);
        })));

        await host.Services.GetRequiredService<ICeleryClient>().SendTaskAsync("slow", cancellationToken: Token);
        await started.WaitAsync("the run");
        var stopping = host.StopAsync(Token);
        stopping.IsCompleted.ShouldBeFalse();
        goOn.SetResult();

        await stopping.WithinBound("the stop");
        ended.Count.ShouldBe(1);
    }

    private static async Task<IHost> StartAsync(Action<IServiceCollection>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<Ledger>().AddScoped<RunService>().AddScoped<SecondService>();
        builder.Services.AddCelery().AddTasks<HostedTasks>().AddTasks(typeof(StaticTasks)).AddWorker(worker => worker.Concurrency = 2);
        more?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }
}
