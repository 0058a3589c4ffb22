using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators;

/// <summary>Finds out what a task method's return value is as a result.</summary>
internal static class ReturnTypeParser
{
    public static (ReturnKind Kind, string? ResultType) Parse(
        IMethodSymbol method, string taskMethod, LocationInfo location, ICollection<DiagnosticInfo> diagnostics)
    {
        if (method.ReturnsVoid)
        {
            if (method.IsAsync || method.PartialImplementationPart is { IsAsync: true })
            {
                diagnostics.Add(new(DiagnosticDescriptors.AsyncVoid, location, taskMethod));
            }

            return (ReturnKind.Void, null);
        }

        if (IsTask(method.ReturnType, 0))
        {
            return (ReturnKind.Awaitable, null);
        }

        var isAwaitable = IsTask(method.ReturnType, 1);
        var result = isAwaitable ? ((INamedTypeSymbol)method.ReturnType).TypeArguments[0] : method.ReturnType;
        var obstacle = method.ReturnsByRef || method.ReturnsByRefReadonly
            ? "it is returned by reference, and a result is a value; return it without 'ref'"
            : JsonTypeRules.FindObstacle(result);
        if (obstacle is not null)
        {
            var shown = method.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
            diagnostics.Add(new(DiagnosticDescriptors.UnsupportedReturnType, location, shown, taskMethod, obstacle));
        }

        return (isAwaitable ? ReturnKind.AwaitableValue : ReturnKind.Value, SymbolText.Code(result));
    }

    private static bool IsTask(ITypeSymbol type, int arity)
        => SymbolText.Is(type, "System.Threading.Tasks.Task", arity) || SymbolText.Is(type, "System.Threading.Tasks.ValueTask", arity);
}
