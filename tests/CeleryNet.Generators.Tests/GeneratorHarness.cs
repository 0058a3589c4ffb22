using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CeleryNet.Generators.Tests;

/// <summary>Runs the generator as the compiler does, against this CeleryNet and this framework.</summary>
internal static class GeneratorHarness
{
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using CeleryNet;
        """;

    private static readonly MetadataReference[] _references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    public static GeneratorRun Run(params string[] sources) => Run(LanguageVersion.CSharp14, sources);

    public static GeneratorRun Run(LanguageVersion version, params string[] sources)
    {
        var driver = CreateDriver(version).RunGeneratorsAndUpdateCompilation(
            Compile(version, sources), out var compilation, out _, TestContext.Current.CancellationToken);
        return new(compilation, driver.GetRunResult());
    }

    /// <summary>A driver that remembers each step's outputs and why it made them.</summary>
    public static GeneratorDriver CreateDriver(LanguageVersion version = LanguageVersion.CSharp14)
        => CSharpGeneratorDriver.Create(
            [new CeleryTaskGenerator().AsSourceGenerator()],
            parseOptions: ParseOptions(version),
            driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));

    public static CSharpCompilation Compile(LanguageVersion version, params string[] sources)
        => CSharpCompilation.Create(
            "Generated" + Guid.NewGuid().ToString("N"),
            [Parse(GlobalUsings, "Usings.cs", version), .. sources.Select((source, i) => Parse(source, $"Source{i}.cs", version))],
            _references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    // Documentation comments are read only where a documentation file is written, and only then are they complained about.
    public static SyntaxTree Parse(string source, string path, LanguageVersion version = LanguageVersion.CSharp14)
        => CSharpSyntaxTree.ParseText(source, ParseOptions(version), path, cancellationToken: TestContext.Current.CancellationToken);

    private static CSharpParseOptions ParseOptions(LanguageVersion version) => new(version, DocumentationMode.Diagnose);
}
