namespace CeleryNet.Throughput.Work;

/// <summary>The task that messages call, in the texts that they carry.</summary>
/// <param name="Task">Its name.</param>
/// <param name="Args">The arguments in JSON.</param>
/// <param name="ArgsRepr">The arguments as Python shows them.</param>
internal sealed record TaskCall(string Task, string Args, string ArgsRepr)
{
    /// <summary>Adds two numbers and counts.</summary>
    public static TaskCall Add { get; } = new("bench.add", "[2, 3]", "(2, 3)");

    /// <summary>The same as a static method; only CeleryNet has it.</summary>
    public static TaskCall AddStatic { get; } = new("bench.add_static", "[2, 3]", "(2, 3)");

    /// <summary>The same by the worker of the samples.</summary>
    public static TaskCall AddOfSample { get; } = new("tasks.add", "[2, 3]", "(2, 3)");

    /// <summary>Waits a tenth of a second and counts.</summary>
    public static TaskCall Wait { get; } = new("bench.wait", "[0.1]", "(0.1,)");
}
