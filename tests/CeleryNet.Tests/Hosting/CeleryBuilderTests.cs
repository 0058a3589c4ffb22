using CeleryNet.Client;
using CeleryNet.Extensibility;
using CeleryNet.Results;
using CeleryNet.Results.Memory;
using CeleryNet.Results.Redis;
using CeleryNet.Results.Rpc;
using CeleryNet.Transports;
using CeleryNet.Transports.Amqp;
using CeleryNet.Transports.Memory;
using CeleryNet.Transports.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CeleryNet.Tests.Hosting;

public sealed class CeleryBuilderTests
{
    [Fact]
    public void Tasks_of_a_class_are_registered_with_the_class()
    {
        var services = new ServiceCollection();

        services.AddCelery().AddTasks<HostedTasks>().AddTasks(typeof(StaticTasks));

        services.Where(service => service.ServiceType == typeof(TaskDefinition)).Select(service => ((TaskDefinition)service.ImplementationInstance!).Name)
            .ShouldBe(["hosted.number", "hosted.fail", "static.add"]);
        services.ShouldContain(service => service.ServiceType == typeof(HostedTasks) && service.Lifetime == ServiceLifetime.Scoped);
        services.ShouldNotContain(service => service.ServiceType == typeof(StaticTasks));
    }

    [Fact]
    public void Class_that_is_registered_already_stays_as_it_is()
    {
        var services = new ServiceCollection();
        services.AddSingleton<HostedTasks>();

        services.AddCelery().AddTasks<HostedTasks>();

        services.Where(service => service.ServiceType == typeof(HostedTasks)).ShouldHaveSingleItem().Lifetime.ShouldBe(ServiceLifetime.Singleton);
    }

    [Fact]
    public void Class_without_tasks_is_an_error_that_says_how_to_mark_them()
        => Should.Throw<CeleryConfigurationException>(() => new ServiceCollection().AddCelery().AddTasks<Ledger>()).Message.ShouldBe(
            "CeleryNet.Tests.Hosting.Ledger has no generated tasks: mark its methods with [CeleryTask] and compile it with the CeleryNet package, which brings the source generator.");

    [Fact]
    public void Interface_is_an_error_that_says_it_is_only_called()
        => Should.Throw<CeleryConfigurationException>(() => new ServiceCollection().AddCelery().AddTasks<IForeignTasks>()).Message.ShouldBe(
            "CeleryNet.Tests.Hosting.IForeignTasks is an interface: its tasks are run elsewhere and only called from here, so there is nothing to add.");

    [Fact]
    public async Task Two_tasks_of_one_name_keep_the_host_from_starting()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddCelery().AddTasks(typeof(StaticTasks)).AddWorker();
        builder.Services.AddSingleton(new TaskDefinition("static.add", [], _ => new(TaskValue.Null)));
        using var host = builder.Build();

        (await Should.ThrowAsync<CeleryConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken))).Message
            .ShouldBe("Two tasks are registered as 'static.add'; the name of a task must be unique.");
    }

    [Fact]
    public async Task Client_needs_neither_configuration_nor_logging_nor_worker()
    {
        await using var services = new ServiceCollection().AddCelery().Services.BuildServiceProvider();

        services.GetRequiredService<ICeleryClient>().ShouldBeOfType<CeleryClient>().ShouldBeSameAs(services.GetRequiredService<ICeleryClient>());
        services.GetService<ICeleryWorker>().ShouldBeNull();
    }

    [Fact]
    public void Worker_added_twice_is_one_worker_with_both_changes()
    {
        var services = new ServiceCollection();

        services.AddCelery().AddWorker(worker => worker.Concurrency = 3).AddWorker(worker => worker.Hostname = "w@h");

        services.Where(service => service.ServiceType == typeof(IHostedService)).ShouldHaveSingleItem();
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<WorkerOptions>>().Value;
        (options.Concurrency, options.Hostname).ShouldBe((3, "w@h"));
    }

    [Theory]
    [InlineData("memory://", null, typeof(MemoryTransport), typeof(MemoryResultBackend))]
    [InlineData("memory://", "disabled://", typeof(MemoryTransport), typeof(DisabledResultBackend))]
    [InlineData("amqp://localhost", null, typeof(AmqpTransport), typeof(DisabledResultBackend))]
    [InlineData("amqps://localhost;pyamqp://other", "rpc://", typeof(AmqpTransport), typeof(RpcResultBackend))]
    [InlineData("redis://localhost", "redis://localhost/1", typeof(RedisTransport), typeof(RedisResultBackend))]
    [InlineData("rediss://localhost", "memory://", typeof(RedisTransport), typeof(MemoryResultBackend))]
    public async Task Urls_decide_over_transport_and_backend(string broker, string? backend, Type transport, Type results)
    {
        // Neither connects before it is used.
        await using var services = new ServiceCollection()
            .AddCelery(celery => (celery.Broker, celery.ResultBackend) = (broker, backend)).Services.BuildServiceProvider();

        services.GetRequiredService<ITransport>().GetType().ShouldBe(transport);
        services.GetRequiredService<IResultBackend>().GetType().ShouldBe(results);
    }

    [Fact]
    public async Task Brokers_to_read_and_to_write_alone_leave_no_results_in_this_process_that_nobody_else_sees()
    {
        await using var services = new ServiceCollection()
            .AddCelery(celery => (celery.BrokerRead, celery.BrokerWrite) = ("amqp://reads", "amqp://writes")).Services.BuildServiceProvider();

        services.GetRequiredService<IResultBackend>().ShouldBeOfType<DisabledResultBackend>();
    }

    [Theory]
    [InlineData("amqp://reads", "pyamqp://writes", true)]
    [InlineData("amqp://reads", "redis://writes", false)]
    public void Exchange_types_that_only_RabbitMQ_knows_are_taken_where_both_brokers_know_them(string read, string write, bool isTaken)
    {
        using var services = new ServiceCollection()
            .AddCelery(celery => (celery.BrokerRead, celery.BrokerWrite, celery.DefaultExchangeType) = (read, write, "x-consistent-hash")).Services.BuildServiceProvider();
        var options = services.GetRequiredService<Microsoft.Extensions.Options.IOptions<CeleryOptions>>();

        if (isTaken)
        {
            options.Value.DefaultExchangeType.ShouldBe("x-consistent-hash");
        }
        else
        {
            Should.Throw<Microsoft.Extensions.Options.OptionsValidationException>(() => options.Value).Message.ShouldContain("DefaultExchangeType");
        }
    }
}
