namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>Something that reads what others send.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="maxAllocation">How many bytes it may take to read one input.</param>
internal abstract class FuzzTarget(string name, long maxAllocation)
{
    public string Name { get; } = name;

    public long MaxAllocation { get; } = maxAllocation;

    /// <summary>Makes an input.</summary>
    public abstract FuzzInput Create(Random random);

    public override string ToString() => Name;
}

/// <summary>One input.</summary>
/// <param name="Shown">What tells it apart, for a report.</param>
/// <param name="Read">Reads it; throws a <see cref="CeleryException"/> when it is refused.</param>
internal sealed record FuzzInput(byte[] Shown, Action Read);
