using System.Reflection;
using CeleryNet.Extensibility;
using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators.Tests;

/// <summary>What came of a compilation with the generator.</summary>
internal sealed class GeneratorRun(Compilation compilation, GeneratorDriverRunResult result)
{
    private readonly Lazy<Assembly> _assembly = new(() => Load(compilation, result));

    public IReadOnlyList<Diagnostic> Diagnostics => result.Diagnostics;

    /// <summary>What the generator threw; the compiler would go on without its code.</summary>
    public Exception? Exception => result.Results.Single().Exception;

    public IReadOnlyList<GeneratedSourceResult> Sources => result.Results.Single().GeneratedSources;

    public Assembly Assembly => _assembly.Value;

    /// <summary>What the compiler says about generated code, and every error wherever it is.</summary>
    public IReadOnlyList<Diagnostic> Complaints => Find(compilation, result);

    /// <summary>The one diagnostic of the generator.</summary>
    public Diagnostic Diagnostic => Diagnostics.ShouldHaveSingleItem();

    /// <summary>The one file the generator made.</summary>
    public string Source => Sources.ShouldHaveSingleItem().SourceText.ToString();

    /// <summary>The text in the source that a diagnostic points at.</summary>
    public string TextAt(Diagnostic diagnostic)
    {
        var path = diagnostic.Location.GetLineSpan().Path;
        return compilation.SyntaxTrees.Single(tree => tree.FilePath == path).GetText().ToString(diagnostic.Location.SourceSpan);
    }

    public INamedTypeSymbol Symbol(string name) => compilation.GetTypeByMetadataName(name).ShouldNotBeNull();

    public TaskRegistration Registration(string declaringType)
    {
        var attribute = Assembly.GetCustomAttributes<TaskRegistrationAttribute>().Single(each => each.DeclaringType.FullName == declaringType);
        return (TaskRegistration)Activator.CreateInstance(attribute.RegistrationType)!;
    }

    public TaskDefinition Definition(string taskName)
        => Assembly.GetCustomAttributes<TaskRegistrationAttribute>()
            .SelectMany(each => Registration(each.DeclaringType.FullName!).CreateDefinitions())
            .Single(each => each.Name == taskName);

    /// <summary>Calls a static method without parameters of the compiled source.</summary>
    public T Call<T>(string type, string method) => (T)Assembly.GetType(type, throwOnError: true)!.GetMethod(method)!.Invoke(null, null)!;

    private static Assembly Load(Compilation compilation, GeneratorDriverRunResult result)
    {
        Find(compilation, result).ShouldBeEmpty();
        using var image = new MemoryStream();
        compilation.Emit(image).Success.ShouldBeTrue();
        return Assembly.Load(image.ToArray());
    }

    private static IReadOnlyList<Diagnostic> Find(Compilation compilation, GeneratorDriverRunResult result)
    {
        var generated = result.GeneratedTrees.ToHashSet();
        return [.. compilation.GetDiagnostics().Where(each => each.Severity == DiagnosticSeverity.Error
            || (each.Severity == DiagnosticSeverity.Warning && each.Location.SourceTree is { } tree && generated.Contains(tree)))];
    }
}
