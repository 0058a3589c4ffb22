using CeleryNet.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Tests.Hosting;

public sealed class UnscopedTaskClassesTests
{
    [Fact]
    public void Class_without_dependencies_gets_a_new_instance_for_each_run_and_no_scope()
    {
        using var provider = Provide(_ => { });
        var scopes = Scopes(provider);

        var services = scopes.WithoutScope(typeof(PlainTasks)).ShouldNotBeNull();

        services.GetRequiredService<PlainTasks>().ShouldNotBeSameAs(services.GetRequiredService<PlainTasks>());
    }

    [Theory]
    [InlineData(typeof(HostedTasks))]
    [InlineData(typeof(DisposableTasks))]
    [InlineData(typeof(AsyncDisposableTasks))]
    [InlineData(typeof(ChoosingTasks))]
    public void Class_that_needs_something_or_is_to_be_disposed_runs_in_a_scope(Type type)
    {
        using var provider = Provide(_ => { });

        Scopes(provider).WithoutScope(type).ShouldBeNull();
    }

    [Fact]
    public void Class_that_the_application_has_registered_in_its_own_way_is_taken_from_the_scope()
    {
        using var before = Provide(services => services.AddScoped<PlainTasks>(), isBefore: true);
        using var after = Provide(services => services.AddScoped(_ => new PlainTasks()));

        Scopes(before).WithoutScope(typeof(PlainTasks)).ShouldBeNull();
        Scopes(after).WithoutScope(typeof(PlainTasks)).ShouldBeNull();
    }

    private static ServiceProvider Provide(Action<IServiceCollection> add, bool isBefore = false)
    {
        var services = new ServiceCollection();
        if (isBefore)
        {
            add(services);
        }

        services.AddCelery()
            .AddTasks<PlainTasks>().AddTasks<HostedTasks>().AddTasks<DisposableTasks>().AddTasks<AsyncDisposableTasks>().AddTasks<ChoosingTasks>();
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
