namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>
/// Messages that nobody honest sends: each is read or refused in words, within its time and memory. CELERYNET_FUZZ_INPUTS tells how many, a million of them
/// take some minutes.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly FuzzTarget[] _targets =
        [new RedisElementTarget(), new AmqpHeaderTarget(), new TaskMessageTarget(), new TaggedJsonTarget(), new ResultTarget(), new SignedBodyTarget()];

    public static TheoryData<string> Targets { get; } = [.. _targets.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Mutated_input_is_read_or_refused(string name)
    {
        var settings = FuzzSettings.FromEnvironment();
        var count = Math.Max(1, (settings.Inputs + _targets.Length - 1) / _targets.Length);
        var run = new FuzzRun(_targets.Single(target => target.Name == name), settings.Seed, settings.First, count);

        run.Run();

        output.WriteLine(
            $"{name}: {count} inputs from seed {settings.Seed}: {run.Read} read, {run.Refused} refused; at most {run.LargestAllocation / 1024} KiB and {run.LongestTime.TotalMilliseconds:0} ms for one.");
        (run.Read + run.Refused).ShouldBe(count);
        if (count >= 1000)
        {
            // Neither all honest nor all noise.
            run.Read.ShouldBeGreaterThan(count / 100);
            run.Refused.ShouldBeGreaterThan(count / 100);
        }
    }
}
