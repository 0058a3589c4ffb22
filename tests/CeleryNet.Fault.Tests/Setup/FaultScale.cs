namespace CeleryNet.Fault.Tests.Setup;

/// <summary>How much of each fault there is: a short form for every run of the tests, a long one on demand (<c>tests/run.sh --faults</c>).</summary>
internal static class FaultScale
{
    private const string Variable = "CELERYNET_FAULT_SCALE";

    public static bool IsLong { get; } = Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" or "short" => false,
        "long" => true,
        var other => throw new InvalidOperationException($"{Variable} must be short or long, was '{other}'."),
    };

    /// <summary>A number, or whatever else, for the form that is run.</summary>
    public static T Of<T>(T shortForm, T longForm) => IsLong ? longForm : shortForm;
}
