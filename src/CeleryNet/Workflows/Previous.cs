namespace CeleryNet.Workflows;

/// <summary>The result of a step that is to come, whatever its type.</summary>
internal interface IPlaceholder
{
    /// <summary>What tells the placeholder of one step from those of others.</summary>
    object Step { get; }
}

/// <inheritdoc cref="IPlaceholder" />
internal sealed class Previous<T>(object? step = null) : IPrevious<T>, IPlaceholder
{
    public object Step { get; } = step ?? new object();

    public IPrevious<TOther> As<TOther>() => new Previous<TOther>(Step);
}
