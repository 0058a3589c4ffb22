using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators;

/// <summary>Turns the parameters of a task method into models, and finds those that no message could fill.</summary>
internal static class ParameterParser
{
    public static EquatableArray<TaskParameterModel> Parse(IMethodSymbol method, string taskMethod, ICollection<DiagnosticInfo> diagnostics)
    {
        var models = new List<TaskParameterModel>(method.Parameters.Length);
        foreach (var parameter in method.Parameters)
        {
            models.Add(ParseParameter(parameter, taskMethod, diagnostics));
        }

        ReportDuplicateKeywords(method, models, taskMethod, diagnostics);
        ReportDuplicateKeywordArguments(method, taskMethod, diagnostics);
        return new(models);
    }

    private static TaskParameterModel ParseParameter(IParameterSymbol parameter, string taskMethod, ICollection<DiagnosticInfo> diagnostics)
    {
        var location = LocationInfo.From(parameter.Locations[0]);
        var source = FindSource(parameter);
        if (FindObstacle(parameter, source) is { } obstacle)
        {
            diagnostics.Add(new(DiagnosticDescriptors.UnsupportedParameter, location, parameter.Name, taskMethod, obstacle));
        }

        var argument = source == ParameterSource.Message ? TaskAttributeReader.ReadArgument(parameter, taskMethod, location, diagnostics) : default;
        var collected = CollectionParser.Parse(parameter, argument, taskMethod, location, diagnostics);
        return new(
            source,
            parameter.Name,
            SymbolText.Escape(parameter.Name),
            argument.Keyword ?? (source == ParameterSource.Message ? WireNames.ToSnakeCase(parameter.Name) : parameter.Name),
            SymbolText.Code(parameter.Type),
            parameter.IsOptional ? DefaultValueWriter.Write(parameter) : null,
            argument.IsKeywordOnly,
            argument.IsSensitive,
            parameter.IsParams,
            collected.Collection,
            collected.ItemType is { } itemType ? SymbolText.Code(itemType) : null);
    }

    private static ParameterSource FindSource(IParameterSymbol parameter)
        => SymbolText.Is(parameter.Type, "CeleryNet.TaskContext") ? ParameterSource.Context
            : SymbolText.Is(parameter.Type, "CeleryNet.TaskFailure") ? ParameterSource.Failure
            : SymbolText.Is(parameter.Type, "System.Threading.CancellationToken") ? ParameterSource.CancellationToken
            : ParameterSource.Message;

    private static string? FindObstacle(IParameterSymbol parameter, ParameterSource source)
    {
        if (parameter.RefKind != RefKind.None)
        {
            var modifier = parameter.RefKind switch
            {
                RefKind.Ref => "ref",
                RefKind.Out => "out",
                RefKind.In => "in",
                _ => "ref readonly",
            };
            return $"it is declared with '{modifier}', and a message passes values; remove the modifier";
        }

        if (source != ParameterSource.Message)
        {
            return null;
        }

        if (parameter.IsParams || TaskAttributeReader.CollectsKeywords(parameter))
        {
            // The collection itself is never on the wire.
            return CollectionParser.FindItemType(parameter) is { } itemType ? JsonTypeRules.FindObstacle(itemType) : null;
        }

        return JsonTypeRules.FindObstacle(parameter.Type)
            ?? (parameter.IsOptional && DefaultValueWriter.Write(parameter) is null
                ? "its default is a constant that C# has no literal for; use null or default and set the value in the method"
                : null);
    }

    private static void ReportDuplicateKeywords(
        IMethodSymbol method, List<TaskParameterModel> models, string taskMethod, ICollection<DiagnosticInfo> diagnostics)
    {
        var first = new Dictionary<string, TaskParameterModel>(StringComparer.Ordinal);
        for (var i = 0; i < models.Count; i++)
        {
            var model = models[i];
            if (model.Source != ParameterSource.Message || model.Collection != Collection.None)
            {
                continue;
            }

            if (first.TryGetValue(model.Keyword, out var other))
            {
                var location = LocationInfo.From(method.Parameters[i].Locations[0]);
                diagnostics.Add(new(DiagnosticDescriptors.DuplicateKeyword, location, other.ClrName, model.ClrName, taskMethod, model.Keyword));
            }
            else
            {
                first.Add(model.Keyword, model);
            }
        }
    }

    private static void ReportDuplicateKeywordArguments(IMethodSymbol method, string taskMethod, ICollection<DiagnosticInfo> diagnostics)
    {
        var marked = method.Parameters.Where(TaskAttributeReader.CollectsKeywords).ToArray();
        foreach (var second in marked.Skip(1))
        {
            var location = LocationInfo.From(second.Locations[0]);
            diagnostics.Add(new(DiagnosticDescriptors.DuplicateKeywordArguments, location, marked[0].Name, second.Name, taskMethod));
        }
    }
}
