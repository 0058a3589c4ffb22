using CeleryNet.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CeleryNet.Tests.Hosting;

/// <summary>How the host's patience and the worker's go together, in seconds.</summary>
public sealed class HostPatienceTests
{
    [Theory]
    [InlineData(30, null, 0, 30)]
    [InlineData(30, 25.0, 0, 30)]
    [InlineData(30, 25.0, 1, 31)]
    [InlineData(30, 300.0, 0, 305)]
    [InlineData(600, 300.0, 60, 600)]
    [InlineData(30, null, 60, 65)]
    [InlineData(2, 0.0, 0, 2)]
    [InlineData(2, null, 0, 2)]
    public void A_host_waits_at_least_as_long_as_tasks_were_given(int host, double? grace, double soft, double expected)
    {
        var (timeout, _) = Read(TimeSpan.FromSeconds(host), grace, soft);

        timeout.ShouldBe(TimeSpan.FromSeconds(expected));
    }

    [Theory]
    [InlineData(30, null, 25)]
    [InlineData(120, null, 115)]
    [InlineData(3, null, 0)]
    [InlineData(30, 7.0, 7)]
    public void Tasks_that_were_given_no_time_have_what_the_host_allows(int host, double? grace, double expected)
    {
        var (_, actual) = Read(TimeSpan.FromSeconds(host), grace, soft: 0);

        actual.ShouldBe(TimeSpan.FromSeconds(expected));
    }

    [Fact]
    public void A_host_that_waits_for_ever_lets_tasks_run_as_long_as_they_take()
    {
        var (timeout, grace) = Read(Timeout.InfiniteTimeSpan, null, soft: 10);

        (timeout, grace).ShouldBe((Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void An_option_that_cannot_be_read_is_reported_by_the_hosts_start_and_not_before()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddCelery().AddWorker(worker => worker.SoftShutdownTimeout = TimeSpan.FromSeconds(-1));
        using var host = builder.Build();

        Should.Throw<OptionsValidationException>(host.Services.GetRequiredService<IStartupValidator>().Validate).Message.ShouldContain("SoftShutdownTimeout");
    }

    private static (TimeSpan Host, TimeSpan Grace) Read(TimeSpan host, double? grace, double soft)
    {
        var services = new ServiceCollection();
        services.AddCelery().AddWorker(worker =>
        {
            worker.ShutdownGrace = grace is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
            worker.SoftShutdownTimeout = TimeSpan.FromSeconds(soft);
        });
        services.Configure<HostOptions>(options => options.ShutdownTimeout = host);
        using var provider = services.BuildServiceProvider();
        var configured = provider.GetRequiredService<IOptions<HostOptions>>().Value;
        return (configured.ShutdownTimeout, HostPatience.GraceOf(provider.GetRequiredService<IOptions<WorkerOptions>>().Value, configured));
    }
}
