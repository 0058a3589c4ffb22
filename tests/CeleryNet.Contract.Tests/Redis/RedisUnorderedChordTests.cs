using CeleryNet.Results;

namespace CeleryNet.Contract.Tests.Redis;

/// <summary>With <c>result_chord_ordered</c> false: the parts come in the order of their ends. What is said of it applies here where it does not speak of the order.</summary>
public sealed class RedisUnorderedChordTests : RedisChordTests
{
    protected override bool IsOrdered => false;

    private protected override IReadOnlyList<ChordPart> InOrder(IReadOnlyList<ChordPart> parts)
        => [.. parts.OrderBy(part => part.TaskId.Value.Length).ThenBy(part => part.TaskId.Value, StringComparer.Ordinal)];
}
