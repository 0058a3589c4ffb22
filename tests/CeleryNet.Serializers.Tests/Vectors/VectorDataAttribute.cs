using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>One run of the test for each file of the kind, with its path below tests/vectors.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VectorDataAttribute(VectorKind kind) : DataAttribute
{
    public VectorKind Kind { get; } = kind;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
        => new([.. VectorFiles.Of(Kind).Select(file => new TheoryDataRow<string>(file))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
