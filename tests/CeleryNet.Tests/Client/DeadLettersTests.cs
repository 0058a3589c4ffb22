using CeleryNet.Client;
using CeleryNet.Routing;
using CeleryNet.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CeleryNet.Tests.Client;

public sealed class DeadLettersTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_service_is_there_with_the_client()
    {
        await using var services = new ServiceCollection().AddCelery().Services.BuildServiceProvider();

        var letters = services.GetRequiredService<IDeadLetters>();

        (await letters.CountAsync("celery", TestContext.Current.CancellationToken)).ShouldBe(0);
        services.GetRequiredService<IDeadLetters>().ShouldBeSameAs(letters);
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_ends_the_wait_at_the_deadline()
    {
        var store = new SilentStore();
        var counting = Letters(store).CountAsync("celery", TestContext.Current.CancellationToken);

        _time.Advance(_timeout);

        (await Should.ThrowAsync<BrokerUnavailableException>(() => counting)).Message.ShouldContain("PublishTimeout (00:00:30)");
    }

    [Fact]
    public async Task Each_step_has_the_deadline_anew()
    {
        var store = new SilentStore();
        var dropping = Letters(store).DropAllAsync("celery", cancellationToken: TestContext.Current.CancellationToken);

        for (var i = 0; i < 5; i++)
        {
            _time.Advance(_timeout * 0.9);
            store.Step!.Restart();
        }

        dropping.IsCompleted.ShouldBeFalse();
        _time.Advance(_timeout);
        await Should.ThrowAsync<BrokerUnavailableException>(() => dropping);
    }

    [Fact]
    public async Task The_caller_may_give_up()
    {
        using var caller = new CancellationTokenSource();
        var listing = FirstAsync(Letters(new SilentStore()), caller.Token);

        await caller.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(() => listing)).CancellationToken.ShouldBe(caller.Token);
    }

    [Fact]
    public async Task An_alias_stands_for_its_queue()
    {
        var store = new SilentStore();
        var application = new CeleryOptions { Queues = [new CeleryQueue("real") { Alias = "nick" }] };

        _ = Letters(store, application).DropAllAsync("nick", cancellationToken: TestContext.Current.CancellationToken);
        store.Queue.ShouldBe("real");

        _ = Letters(store, new CeleryOptions { CreateMissingQueues = false }).DropAllAsync("other", cancellationToken: TestContext.Current.CancellationToken);
        store.Queue.ShouldBe("other");
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public void A_limit_out_of_range_is_refused_at_once(int limit)
        => Should.Throw<ArgumentOutOfRangeException>(() => Letters(new SilentStore()).ListAsync("celery", limit));

    [Fact]
    public async Task Empty_names_are_refused()
    {
        var letters = Letters(new SilentStore());
        var token = TestContext.Current.CancellationToken;

        Should.Throw<ArgumentException>(() => letters.ListAsync("", cancellationToken: token));
        await Should.ThrowAsync<ArgumentException>(() => letters.CountAsync("", token));
        await Should.ThrowAsync<ArgumentException>(() => letters.ReplayAsync("celery", "", token));
        await Should.ThrowAsync<ArgumentException>(() => letters.DropAsync("celery", "", token));
    }

    private DeadLetters Letters(IDeadLetterStore store, CeleryOptions? application = null)
        => new(store, new QueueCatalog(application ?? new CeleryOptions()), _timeout, _time);

    private static async Task<DeadLetter?> FirstAsync(DeadLetters letters, CancellationToken cancellationToken)
    {
        await foreach (var letter in letters.ListAsync("celery", cancellationToken: cancellationToken))
        {
            return letter;
        }

        return null;
    }

    /// <summary>A store whose broker takes what it is sent and does not answer.</summary>
    private sealed class SilentStore : IDeadLetterStore
    {
        public StepDeadline? Step { get; private set; }

        public string? Queue { get; private set; }

        public async ValueTask<long> CountAsync(string queue, StepDeadline step)
        {
            await Task.Delay(Timeout.Infinite, step.Token);
            return 0;
        }

        public async ValueTask<IReadOnlyList<DeadLetter>> ListAsync(string queue, int limit, StepDeadline step)
        {
            await Task.Delay(Timeout.Infinite, step.Token);
            return [];
        }

        public async ValueTask<int> TakeAsync(DeadLetterRequest request, StepDeadline step)
        {
            (Step, Queue) = (step, request.Queue);
            await Task.Delay(Timeout.Infinite, step.Token);
            return 0;
        }
    }
}
