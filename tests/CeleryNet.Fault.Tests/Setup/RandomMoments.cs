using CeleryNet.TestKit;

namespace CeleryNet.Fault.Tests.Setup;

/// <summary>Moments for faults, different in each run; the seed is in the test's output and can be given again.</summary>
internal sealed class RandomMoments
{
    private readonly Random _random;

    public RandomMoments()
    {
        Seed = int.TryParse(Environment.GetEnvironmentVariable("CELERYNET_FAULT_SEED"), out var given) ? given : Random.Shared.Next();
        _random = new Random(Seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"CELERYNET_FAULT_SEED={Seed}");
    }

    public int Seed { get; }

    /// <summary>Lets a random time pass before a fault. Nothing is waited for: the time is what the test varies.</summary>
    /// <param name="longest">The longest time.</param>
    public Task NextAsync(TimeSpan longest) => Task.Delay(_random.NextDouble() * longest);

    /// <summary>Starts a worker and kills it, again and again: at random moments after its start and after the first task it has run.</summary>
    /// <param name="kills">How often.</param>
    /// <param name="start">Starts a worker.</param>
    /// <param name="load">Sends, before each start, more than a worker can take and hold.</param>
    /// <param name="killed">Looks at what a kill has left.</param>
    /// <returns>One more worker, left running.</returns>
    public async Task<ChildProcess> KillAgainAndAgainAsync(int kills, Func<Task<ChildProcess>> start, Func<Task> load, Func<Task>? killed = null)
    {
        for (var round = 0; round < kills; round++)
        {
            await load();
            await using var worker = await start();
            if (round % 2 == 1)
            {
                await worker.WaitForLineAsync(" succeeded in ");
            }

            await NextAsync(TimeSpan.FromMilliseconds(300));
            await worker.KillAsync();
            if (killed is not null)
            {
                await killed();
            }
        }

        return await start();
    }
}
