using CeleryNet.Tests.Docs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CeleryNet.Tests.Hosting;

public sealed class ResultBackendRegistrationTests
{
    [Theory]
    [InlineData("dictionary", "dictionary://")]
    [InlineData("Dictionary", "DICTIONARY://somewhere?x=1;y")]
    [InlineData("dictionary", "dictionary")]
    public async Task Backend_of_ones_own_carries_a_result_from_worker_to_client(string scheme, string url)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddCelery(celery => (celery.Broker, celery.ResultBackend) = ("memory://", url))
            .AddResultBackend(scheme, context =>
            {
                context.Url.ShouldBe(url);
                return new DictionaryResults(context);
            })
            .AddTasks(typeof(RegistrationTasks))
            .AddWorker();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        var sent = await host.Services.GetRequiredService<ICeleryClient>().SendAsync(RegistrationTasks.Signatures.Double(21), TestContext.Current.CancellationToken);

        (await sent.GetAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).ShouldBe(42);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Cleanup_that_Celerys_beat_sends_removes_what_has_expired()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddCelery(celery => (celery.Broker, celery.ResultBackend, celery.ResultExpires) = ("memory://", "dictionary://", TimeSpan.FromTicks(1)))
            .AddResultBackend("dictionary", context => new DictionaryResults(context))
            .AddTasks(typeof(RegistrationTasks))
            .AddWorker();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var client = host.Services.GetRequiredService<ICeleryClient>();
        var old = await client.SendAsync(RegistrationTasks.Signatures.Double(21), TestContext.Current.CancellationToken);
        await old.GetAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var cleanup = await client.SendTaskAsync("celery.backend_cleanup", cancellationToken: TestContext.Current.CancellationToken);
        await cleanup.GetAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        (await old.GetStateAsync(TestContext.Current.CancellationToken)).ShouldBe(TaskState.Pending);
        (await cleanup.GetStateAsync(TestContext.Current.CancellationToken)).ShouldBe(TaskState.Success);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("redis", "The scheme 'redis' is taken")]
    [InlineData("FILE", "The scheme 'file' is taken")]
    [InlineData(" ", "empty")]
    public void Scheme_that_is_taken_is_refused(string scheme, string named)
    {
        var celery = new ServiceCollection().AddCelery();

        Should.Throw<ArgumentException>(() => celery.AddResultBackend(scheme, context => new DictionaryResults(context))).Message.ShouldContain(named);
    }

    [Fact]
    public async Task Scheme_that_nobody_has_added_is_an_error_that_lists_those_that_are()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddCelery(celery => (celery.Broker, celery.ResultBackend) = ("memory://", "shelf://"))
            .AddResultBackend("dictionary", context => new DictionaryResults(context));
        using var host = builder.Build();

        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        error.Message.ShouldContain("unknown scheme 'shelf'");
        error.Message.ShouldContain("disabled, dictionary");
    }
}

internal static class RegistrationTasks
{
    [CeleryTask("registration.double")]
    public static int Double(int number) => 2 * number;
}
