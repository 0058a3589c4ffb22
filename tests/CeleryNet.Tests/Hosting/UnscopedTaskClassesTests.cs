using CeleryNet.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Tests.Hosting;

public sealed class UnscopedTaskClassesTests
{
    [Theory]
    [InlineData(typeof(PlainTasks))]
    [InlineData(typeof(SingletonTasks))]
    public void Class_that_depends_on_nothing_but_singletons_gets_a_new_instance_for_each_run_and_no_scope(Type type)
    {
        using var provider = Provide(_ => { });
        var scopes = Scopes(provider);

        var first = scopes.CreateWithoutScope(type);

        first.ShouldBeOfType(type);
        scopes.CreateWithoutScope(type).ShouldNotBeSameAs(first);
        (first as SingletonTasks)?.Clock.ShouldBeSameAs(provider.GetRequiredService<TimeProvider>());
    }

    [Theory]
    [InlineData(typeof(HostedTasks))]
    [InlineData(typeof(DisposableTasks))]
    [InlineData(typeof(AsyncDisposableTasks))]
    [InlineData(typeof(ChoosingTasks))]
    [InlineData(typeof(KeyedTasks))]
    [InlineData(typeof(ProvidedTasks))]
    public void Class_that_needs_more_or_is_to_be_disposed_runs_in_a_scope(Type type)
    {
        using var provider = Provide(services => services.AddScoped<Ledger>().AddKeyedSingleton("key", TimeProvider.System));

        Scopes(provider).CreateWithoutScope(type).ShouldBeNull();
    }

    [Fact]
    public void Class_whose_dependency_the_application_has_made_scoped_runs_in_a_scope()
    {
        using var provider = Provide(services => services.AddScoped(_ => TimeProvider.System));

        Scopes(provider).CreateWithoutScope(typeof(SingletonTasks)).ShouldBeNull();
    }

    [Fact]
    public void Class_that_the_application_has_registered_in_its_own_way_is_taken_from_the_scope()
    {
        using var before = Provide(services => services.AddScoped<PlainTasks>(), isBefore: true);
        using var after = Provide(services => services.AddScoped(_ => new PlainTasks()));

        Scopes(before).CreateWithoutScope(typeof(PlainTasks)).ShouldBeNull();
        Scopes(after).CreateWithoutScope(typeof(PlainTasks)).ShouldBeNull();
    }

    private static ServiceProvider Provide(Action<IServiceCollection> add, bool isBefore = false)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        if (isBefore)
        {
            add(services);
        }

        services.AddCelery()
            .AddTasks<PlainTasks>().AddTasks<HostedTasks>().AddTasks<DisposableTasks>().AddTasks<AsyncDisposableTasks>().AddTasks<ChoosingTasks>()
            .AddTasks<SingletonTasks>().AddTasks<KeyedTasks>().AddTasks<ProvidedTasks>();
        if (!isBefore)
        {
            add(services);
        }

        return services.BuildServiceProvider();
    }

    private static ServiceScopes Scopes(ServiceProvider provider)
        => new(provider.GetRequiredService<IServiceScopeFactory>(), provider, provider.GetRequiredService<UnscopedTaskClasses>());
}

/// <summary>Tasks of an instance that needs nothing.</summary>
public sealed class PlainTasks
{
    [CeleryTask("plain.self")]
    public int Self() => GetHashCode();
}

/// <summary>Tasks of an instance that somebody has to dispose.</summary>
public sealed class DisposableTasks : IDisposable
{
    [CeleryTask("disposable.self")]
    public int Self() => GetHashCode();

    public void Dispose()
    {
    }
}

/// <inheritdoc cref="DisposableTasks" />
public sealed class AsyncDisposableTasks : IAsyncDisposable
{
    [CeleryTask("async_disposable.self")]
    public int Self() => GetHashCode();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Tasks of an instance that takes what there is.</summary>
public sealed class ChoosingTasks
{
    public ChoosingTasks()
    {
    }

    public ChoosingTasks(Ledger ledger) => ledger.Next();

    [CeleryTask("choosing.self")]
    public int Self() => GetHashCode();
}

/// <summary>Tasks of an instance that needs what the whole program shares.</summary>
public sealed class SingletonTasks(TimeProvider clock, ILogger<SingletonTasks> logger)
{
    public TimeProvider Clock => clock;

    [CeleryTask("singleton.self")]
    public bool IsEnabled() => logger.IsEnabled(LogLevel.Information);
}

/// <summary>Tasks of an instance that needs a singleton by its key.</summary>
public sealed class KeyedTasks([FromKeyedServices("key")] TimeProvider clock)
{
    [CeleryTask("keyed.self")]
    public int Self() => clock.GetHashCode();
}

/// <summary>Tasks of an instance that may ask for anything.</summary>
public sealed class ProvidedTasks(IServiceProvider services)
{
    [CeleryTask("provided.self")]
    public int Self() => services.GetHashCode();
}
