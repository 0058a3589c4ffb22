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

    /// <summary>Lets a fault last. Nothing is waited for: the time is the fault.</summary>
    /// <param name="duration">How long.</param>
    public Task LastAsync(TimeSpan duration) => Task.Delay(duration);
}
