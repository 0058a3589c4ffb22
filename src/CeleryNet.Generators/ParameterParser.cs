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

        var (keyword, isKeywordOnly) = source == ParameterSource.Message
            ? TaskAttributeReader.ReadArgument(parameter, taskMethod, location, diagnostics)
            : (parameter.Name, false);
        return new(
            source,
            parameter.Name,
            SymbolText.Escape(parameter.Name),
            keyword,
            SymbolText.Code(parameter.Type),
            parameter.IsOptional ? DefaultValueWriter.Write(parameter) : null,
            isKeywordOnly);
    }

    private static ParameterSource FindSource(IParameterSymbol parameter)
        => SymbolText.Is(parameter.Type, "CeleryNet.TaskContext") ? ParameterSource.Context
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

        if (parameter.IsParams)
        {
            return "it is declared with 'params', and every argument of a message has a place of its own; take a list instead, such as IReadOnlyList<T>";
        }

        if (source != ParameterSource.Message)
        {
            return null;
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
            if (model.Source != ParameterSource.Message)
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
}
