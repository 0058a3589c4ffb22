using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CeleryNet.Generators;

/// <summary>Makes a registration and typed signature factories for every type that declares tasks with [CeleryTask].</summary>
[Generator(LanguageNames.CSharp)]
public sealed class CeleryTaskGenerator : IIncrementalGenerator
{
    /// <summary>The step that has one value for each use of the attribute.</summary>
    internal const string ParsedStep = "CeleryTasks.Parsed";

    /// <summary>The step that has one value for each type with tasks.</summary>
    internal const string TypesStep = "CeleryTasks.Types";

    /// <inheritdoc />
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(TaskMethodParser.AttributeName, static (_, _) => true, TaskMethodParser.Parse)
            .WithTrackingName(ParsedStep);
        var version = context.ParseOptionsProvider.Select(static (options, _) => ((CSharpParseOptions)options).LanguageVersion);

        // Code is made from models without locations: an edit that moves a task down a line makes no new code.
        var types = parsed
            .Where(static task => task.Model is not null)
            .Select(static (task, _) => task.Model!)
            .Collect()
            .SelectMany(static (tasks, _) => TaskTypeGrouping.Group(tasks))
            .WithTrackingName(TypesStep);
        context.RegisterSourceOutput(types.Combine(version), static (output, source) => Emit(output, source.Left, source.Right));
        context.RegisterSourceOutput(parsed.Collect(), static (output, tasks) => ReportTasks(output, tasks));
        context.RegisterSourceOutput(parsed.Collect().Combine(version), static (output, source) => ReportVersion(output, source.Left, source.Right));
    }

    private static void Emit(SourceProductionContext output, TaskTypeGroup group, LanguageVersion version)
        => output.AddSource($"{group.Type.HintName}.CeleryTasks.g.cs", TaskEmitter.Emit(group, version >= LanguageVersion.CSharp14));

    private static void ReportTasks(SourceProductionContext output, ImmutableArray<ParsedTask> parsed)
    {
        foreach (var task in parsed)
        {
            Report(output, task.Diagnostics);
        }

        var sound = parsed.Where(task => task.Model is not null).ToArray();
        var models = Array.ConvertAll(sound, task => task.Model!);
        Report(output, TaskConflicts.Find(models).Select(conflict => TaskConflicts.Describe(conflict, models, sound[conflict.Task].Location)));
    }

    private static void ReportVersion(SourceProductionContext output, ImmutableArray<ParsedTask> parsed, LanguageVersion version)
    {
        if (version >= LanguageVersion.CSharp14)
        {
            return;
        }

        var firstOfEachType = parsed.Where(task => task.Model is not null).GroupBy(task => task.Model!.Type);
        Report(output, firstOfEachType.Select(group => new DiagnosticInfo(
            DiagnosticDescriptors.LanguageVersion, group.First().Location, group.Key.DisplayName, version.ToDisplayString(), group.Key.SignaturesName)));
    }

    private static void Report(SourceProductionContext output, IEnumerable<DiagnosticInfo> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            output.ReportDiagnostic(diagnostic.ToDiagnostic());
        }
    }
}
