namespace CeleryNet.Extensibility;

/// <summary>A task this program can run: its name, its parameters, how it wants to be run, and the code that binds and calls it. Made by generated code.</summary>
public sealed class TaskDefinition
{
    internal const int DefaultMaxRetries = 3;

    internal static readonly TimeSpan DefaultRetryDelay = TimeSpan.FromSeconds(180);

    /// <summary>Describes a task.</summary>
    /// <param name="name">The name on the wire.</param>
    /// <param name="parameters">
    /// The arguments it takes, in order: those that can be given by position first, then the others. Injected parameters are not among them.
    /// </param>
    /// <param name="invoke">Binds the arguments of a message and calls the method. What it throws before the first await becomes the task's failure too.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or two parameters collect the same arguments.</exception>
    public TaskDefinition(string name, IReadOnlyList<TaskParameter> parameters, Func<TaskInvocation, ValueTask<TaskValue>> invoke)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Parameters = [.. parameters];
        Invoke = invoke;
        PositionalCount = Parameters.Count(parameter => parameter is { Collects: CollectedArguments.None, IsKeywordOnly: false });
        PositionalCollector = FindCollector(CollectedArguments.Positional);
        KeywordCollector = FindCollector(CollectedArguments.Keyword);
        HasSensitive = Parameters.Any(parameter => parameter.IsSensitive);
    }

    /// <summary>The name on the wire.</summary>
    public string Name { get; }

    /// <summary>The arguments it takes, in order.</summary>
    public IReadOnlyList<TaskParameter> Parameters { get; }

    /// <summary>Binds the arguments of a message and calls the method.</summary>
    public Func<TaskInvocation, ValueTask<TaskValue>> Invoke { get; }

    /// <summary>
    /// The types that arguments are read as and results are written as. A worker without reflection for JSON looks at its start whether it knows them all.
    /// </summary>
    /// <value>The default is none, which is not looked at.</value>
    public IReadOnlyList<Type> JsonTypes { get; init; } = [];

    /// <summary>See <see cref="CeleryTaskAttribute.AcksLate"/>; null leaves it to the worker.</summary>
    public bool? AcksLate { get; init; }

    /// <summary>See <see cref="CeleryTaskAttribute.AcksOnFailure"/>; null leaves it to the worker.</summary>
    public bool? AcksOnFailure { get; init; }

    /// <summary>See <see cref="CeleryTaskAttribute.AcksOnTimeout"/>; null leaves it to the worker.</summary>
    public bool? AcksOnTimeout { get; init; }

    /// <summary>See <see cref="CeleryTaskAttribute.RejectOnWorkerLost"/>; null leaves it to the worker.</summary>
    public bool? RejectOnWorkerLost { get; init; }

    /// <summary>
    /// See <see cref="CeleryTaskAttribute.MaxDeliveries"/>: 1 or more, or <see cref="CeleryTaskAttribute.UnlimitedDeliveries"/>; null leaves it to the worker.
    /// </summary>
    public int? MaxDeliveries
    {
        get;
        init => field = value is null or CeleryTaskAttribute.UnlimitedDeliveries or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, "MaxDeliveries must be 1 or more, or CeleryTaskAttribute.UnlimitedDeliveries, or null to leave it to the worker.");
    }

    /// <summary>See <see cref="CeleryTaskAttribute.IgnoreResult"/>; null leaves it to the application.</summary>
    public bool? IgnoreResult { get; init; }

    /// <summary>See <see cref="CeleryTaskAttribute.StoreErrorsEvenIfIgnored"/>; null leaves it to the worker.</summary>
    public bool? StoreErrorsEvenIfIgnored { get; init; }

    /// <summary>See <see cref="CeleryTaskAttribute.KeepIfFailed"/>; null leaves it to the worker.</summary>
    public bool? KeepIfFailed { get; init; }

    /// <summary>See <see cref="CeleryTaskAttribute.TrackStarted"/>; null leaves it to the worker.</summary>
    public bool? TrackStarted { get; init; }

    /// <summary>See <see cref="CeleryTaskAttribute.SendEvents"/>; null is true.</summary>
    public bool? SendEvents { get; init; }

    internal bool IsShown => SendEvents is not false;

    /// <summary>See <see cref="CeleryTaskAttribute.MaxRetries"/>; null for no limit.</summary>
    /// <value>The default is 3.</value>
    public int? MaxRetries
    {
        get;
        init => field = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxRetries must be 0 or more, or null for no limit.");
    } = DefaultMaxRetries;

    /// <summary>See <see cref="CeleryTaskAttribute.RetryDelay"/>.</summary>
    /// <value>The default is 180 s.</value>
    public TimeSpan RetryDelay
    {
        get;
        init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "RetryDelay must not be negative.");
    } = DefaultRetryDelay;

    /// <summary>See <see cref="CeleryTaskAttribute.AutoRetryFor"/>.</summary>
    public IReadOnlyList<Type> AutoRetryFor { get; init; } = [];

    /// <summary>See <see cref="CeleryTaskAttribute.DontAutoRetryFor"/>.</summary>
    public IReadOnlyList<Type> DontAutoRetryFor { get; init; } = [];

    /// <summary>How the waits of automatic retries grow; null when each is <see cref="RetryDelay"/>.</summary>
    public RetryBackoff? RetryBackoff { get; init; }

    /// <summary>See <see cref="CeleryTaskAttribute.TimeLimit"/>; null leaves it to the worker, zero is no limit.</summary>
    public TimeSpan? TimeLimit
    {
        get;
        init => field = CheckLimit(value, nameof(TimeLimit));
    }

    /// <summary>See <see cref="CeleryTaskAttribute.SoftTimeLimit"/>; null leaves it to the worker, zero is no limit. One that is not below the hard limit has no effect.</summary>
    public TimeSpan? SoftTimeLimit
    {
        get;
        init => field = CheckLimit(value, nameof(SoftTimeLimit));
    }

    /// <summary>See <see cref="CeleryTaskAttribute.RateLimit"/>; null leaves it to the worker.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>Whether it is called with the failure of another task: it has a parameter of type <see cref="TaskFailure"/>.</summary>
    /// <value>The default is false.</value>
    public bool IsErrorCallback { get; init; }

    /// <summary>Whether every worker has it. Such tasks are not listed.</summary>
    internal bool IsBuiltIn { get; init; }

    /// <summary>How many of the parameters, the first ones, can be given by position.</summary>
    internal int PositionalCount { get; }

    /// <summary>The place of the parameter that collects positional arguments; -1 when there is none.</summary>
    internal int PositionalCollector { get; }

    /// <summary>The place of the parameter that collects keyword arguments; -1 when there is none.</summary>
    internal int KeywordCollector { get; }

    /// <summary>Whether a value of one of the parameters is kept out of sight.</summary>
    internal bool HasSensitive { get; }

    /// <summary>A type, also where <c>typeof</c> refuses how code has it, as <c>string?</c>.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public static Type TypeOf<T>() => typeof(T);

    private static TimeSpan? CheckLimit(TimeSpan? value, string name)
        => value is null || value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must not be negative.");

    private int FindCollector(CollectedArguments collected)
    {
        var found = -1;
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Collects != collected)
            {
                continue;
            }

            found = found < 0 ? i : throw new ArgumentException(
                $"Parameters '{Parameters[found].Name}' and '{Parameters[i].Name}' of task '{Name}' both collect the {collected} arguments; one can.", nameof(collected));
        }

        return found;
    }
}
