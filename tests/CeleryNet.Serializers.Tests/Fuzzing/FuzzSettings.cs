using System.Globalization;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>How much is tried: from the environment, for runs on demand.</summary>
/// <param name="Inputs">For all targets together.</param>
/// <param name="Seed">What the inputs depend on.</param>
/// <param name="First">The number of the first.</param>
internal sealed record FuzzSettings(long Inputs, int Seed, long First)
{
    private const long DefaultInputs = 20_000;
    private const int DefaultSeed = 1;

    public static FuzzSettings FromEnvironment()
        => new(Read("CELERYNET_FUZZ_INPUTS", DefaultInputs), (int)Read("CELERYNET_FUZZ_SEED", DefaultSeed), Read("CELERYNET_FUZZ_FIRST", 0));

    private static long Read(string name, long otherwise) => Environment.GetEnvironmentVariable(name) switch
    {
        null or "" => otherwise,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => value,
        var text => throw new InvalidOperationException($"{name} must be a number from 0 on, was '{text}'."),
    };
}
