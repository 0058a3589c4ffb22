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

    /// <summary>Kills a worker, restarted each time, at random moments while there is work; one that lives is left.</summary>
    /// <returns>The worker left running, and how many runs the killed ones had reported.</returns>
    public async Task<(ChildProcess Worker, int Finished)> KillAgainAndAgainAsync(
        int kills, Func<Task<ChildProcess>> start, Func<Task> load, Func<ChildProcess, Task>? killed = null)
    {
        var finished = 0;
        for (var round = 0; round < kills; round++)
        {
            await load();
            await using var worker = await start();
            await NextAsync(TimeSpan.FromMilliseconds(300));
            await worker.KillAsync();
            finished += worker.Successes();
            if (killed is not null)
            {
                await killed(worker);
            }
        }

        return (await start(), finished);
    }
}
