namespace CeleryNet.Tests.Architecture;

public sealed class PublicNamespaceTests
{
    /// <summary>For authors of applications, for authors of extensions and generated code, and for the one extension method that registers all.</summary>
    internal static IReadOnlyList<string> Allowed { get; } = ["CeleryNet", "CeleryNet.Extensibility", "Microsoft.Extensions.DependencyInjection"];

    [Fact]
    public void Public_types_live_in_three_namespaces()
        => typeof(ICeleryClient).Assembly.GetExportedTypes()
            .Where(type => !Allowed.Contains(type.Namespace))
            .Select(type => type.FullName)
            .ShouldBeEmpty();
}
