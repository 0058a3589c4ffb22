namespace CeleryNet.Generators;

/// <summary>How the return value of a task method is awaited and turned into a result.</summary>
internal enum ReturnKind
{
    /// <summary>Nothing, at once.</summary>
    Void,

    /// <summary>A value, at once.</summary>
    Value,

    /// <summary>Nothing, later: Task or ValueTask.</summary>
    Awaitable,

    /// <summary>A value, later: Task or ValueTask of it.</summary>
    AwaitableValue,
}

/// <summary>Where a parameter of a task method gets its value from.</summary>
internal enum ParameterSource
{
    /// <summary>The message.</summary>
    Message,

    /// <summary>The worker: what the task can know about itself.</summary>
    Context,

    /// <summary>The worker: the token that ends the task.</summary>
    CancellationToken,

    /// <summary>The worker: the failure of the task that this one is called for.</summary>
    Failure,
}

/// <summary>Which arguments a parameter collects, and how it holds them.</summary>
internal enum Collection
{
    /// <summary>None: it takes one.</summary>
    None,

    /// <summary>Positional ones, in an array.</summary>
    Array,

    /// <summary>Positional ones, in a span.</summary>
    Span,

    /// <summary>Positional ones, in another collection that C# can make of a collection expression.</summary>
    List,

    /// <summary>Keyword arguments, in a dictionary.</summary>
    Dictionary,
}

/// <summary>The type that declares tasks.</summary>
/// <param name="Namespace">The namespace as it is written in C#; empty for the global one.</param>
/// <param name="FullyQualifiedName">The type as generated code writes it.</param>
/// <param name="DisplayName">The type as messages and comments show it: with its outer types, without its namespace.</param>
/// <param name="GeneratedName">What the names of generated types begin with.</param>
/// <param name="HintName">What the name of the generated file begins with.</param>
/// <param name="IsInterface">Whether others run its tasks.</param>
/// <param name="IsPublic">Whether other assemblies see the type.</param>
internal sealed record TaskTypeModel(
    string Namespace,
    string FullyQualifiedName,
    string DisplayName,
    string GeneratedName,
    string HintName,
    bool IsInterface,
    bool IsPublic)
{
    public string SignaturesName => GeneratedName + "Signatures";

    public string ExtensionsName => GeneratedName + "CeleryExtensions";

    public string RegistrationName => GeneratedName + "CeleryRegistration";
}

/// <summary>A task method that generated code can call and describe.</summary>
/// <param name="Type">The type that declares it.</param>
/// <param name="DisplayName">The method as messages show it.</param>
/// <param name="TaskName">The name on the wire.</param>
/// <param name="MethodName">The method as C# writes it.</param>
/// <param name="FactoryName">The factory method as C# writes it.</param>
/// <param name="FactorySignature">The factory's name and parameter types, equal exactly when C# takes two factories for the same.</param>
/// <param name="IsStatic">Whether it needs no instance.</param>
/// <param name="IsPublic">Whether other assemblies see the method.</param>
/// <param name="ReturnKind">How its return value becomes a result.</param>
/// <param name="ResultType">The result's type; null when there is none.</param>
/// <param name="Parameters">Its parameters in the order of C#.</param>
/// <param name="Options">What the attribute says.</param>
internal sealed record TaskMethodModel(
    TaskTypeModel Type,
    string DisplayName,
    string TaskName,
    string MethodName,
    string FactoryName,
    string FactorySignature,
    bool IsStatic,
    bool IsPublic,
    ReturnKind ReturnKind,
    string? ResultType,
    EquatableArray<TaskParameterModel> Parameters,
    TaskOptionsModel Options)
{
    /// <summary>The parameters that messages carry, in the order of Python: those by position, *args, those by keyword only, **kwargs.</summary>
    public IEnumerable<TaskParameterModel> WireParameters
        => Parameters.Where(parameter => parameter.Source == ParameterSource.Message).OrderBy(parameter => parameter switch
        {
            { Collection: Collection.Dictionary } => 3,
            { IsKeywordOnly: true } => 2,
            { Collection: not Collection.None } => 1,
            _ => 0,
        });
}

/// <summary>A parameter of a task method.</summary>
/// <param name="Source">Where its value comes from.</param>
/// <param name="ClrName">Its name.</param>
/// <param name="Name">Its name as C# writes it.</param>
/// <param name="Keyword">Its keyword on the wire.</param>
/// <param name="Type">Its type as generated code writes it.</param>
/// <param name="DefaultValue">Its default as generated code writes it; null when it must be given.</param>
/// <param name="IsKeywordOnly">Whether it is sent and taken by keyword only.</param>
/// <param name="IsSensitive">Whether its value is kept out of sight.</param>
/// <param name="IsParams">Whether C# collects arguments for it.</param>
/// <param name="Collection">Which arguments it collects.</param>
/// <param name="ItemType">The type of each of them; null when it collects none.</param>
internal sealed record TaskParameterModel(
    ParameterSource Source,
    string ClrName,
    string Name,
    string Keyword,
    string Type,
    string? DefaultValue,
    bool IsKeywordOnly,
    bool IsSensitive,
    bool IsParams,
    Collection Collection,
    string? ItemType);

/// <summary>What the attribute says; null is what it does not say.</summary>
internal sealed record TaskOptionsModel(
    string? Queue,
    int? Priority,
    int? MaxDeliveries,
    bool? AcksLate,
    bool? AcksOnFailure,
    bool? AcksOnTimeout,
    bool? RejectOnWorkerLost,
    bool? IgnoreResult,
    bool? StoreErrorsEvenIfIgnored,
    bool? KeepIfFailed,
    bool? TrackStarted,
    bool? SendEvents,
    string? RateLimit,
    TimeLimitModel TimeLimit,
    RetryOptionsModel Retry);

/// <summary>What the attribute says of time limits; null is what it does not say.</summary>
/// <param name="HardTicks">How long a run may take; 0 for no limit.</param>
/// <param name="SoftTicks">After what time it is asked to end; 0 for no limit.</param>
internal sealed record TimeLimitModel(long? HardTicks, long? SoftTicks);

/// <summary>What the attribute says of retries; null is what it does not say.</summary>
/// <param name="MaxRetries">How many; -1 for no limit.</param>
/// <param name="DelayTicks">The wait before each.</param>
/// <param name="AutoRetryFor">Exceptions on which the task is retried, as generated code writes their types.</param>
/// <param name="DontAutoRetryFor">Exceptions among these on which it is not.</param>
/// <param name="Backoff">How the waits grow; null when they do not.</param>
internal sealed record RetryOptionsModel(
    int? MaxRetries, long? DelayTicks, EquatableArray<string> AutoRetryFor, EquatableArray<string> DontAutoRetryFor, RetryBackoffModel? Backoff);

/// <summary>How waits grow; null is what the attribute does not say.</summary>
/// <param name="Factor">The first wait in seconds.</param>
/// <param name="MaximumTicks">The longest wait.</param>
/// <param name="Jitter">Whether waits are random.</param>
internal sealed record RetryBackoffModel(int? Factor, long? MaximumTicks, bool? Jitter);

/// <summary>One use of the attribute: the task when it can be one, and what is wrong with it.</summary>
internal sealed record ParsedTask(TaskMethodModel? Model, LocationInfo Location, EquatableArray<DiagnosticInfo> Diagnostics);

/// <summary>A type with those of its tasks that are generated.</summary>
internal sealed record TaskTypeGroup(TaskTypeModel Type, EquatableArray<TaskMethodModel> Methods);
