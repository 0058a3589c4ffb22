using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators;

/// <summary>Finds the parameters that collect arguments, C#'s <c>params</c> and [CeleryKeywordArguments], and what is wrong with them.</summary>
internal static class CollectionParser
{
    private const string Generic = "System.Collections.Generic.";

    public static (Collection Collection, ITypeSymbol? ItemType) Parse(
        IParameterSymbol parameter, ArgumentModel argument, string taskMethod, LocationInfo location, ICollection<DiagnosticInfo> diagnostics)
    {
        var collectsKeywords = TaskAttributeReader.CollectsKeywords(parameter);
        if (!collectsKeywords && !parameter.IsParams)
        {
            return (Collection.None, null);
        }

        var itemType = FindItemType(parameter);
        if (collectsKeywords && (itemType is null || parameter.IsParams))
        {
            var problem = parameter.IsParams
                ? "it is declared with 'params', which collects those given by position"
                : $"the type '{parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}' does not hold values by name";
            diagnostics.Add(new(DiagnosticDescriptors.KeywordArgumentsType, location, parameter.Name, taskMethod, problem));
        }
        else if (itemType is null)
        {
            diagnostics.Add(new(
                DiagnosticDescriptors.UnsupportedParameter, location, parameter.Name, taskMethod,
                "it is declared with 'params' and does not say the type of its items; use an array or a list, such as IReadOnlyList<T>"));
        }

        if (argument.Keyword is not null || argument.IsKeywordOnly)
        {
            diagnostics.Add(new(
                DiagnosticDescriptors.KeywordOfCollection, location, parameter.Name, taskMethod,
                collectsKeywords ? "the keyword arguments" : "the positional arguments",
                argument.Keyword is not null ? "the name" : "KeywordOnly"));
        }

        return (collectsKeywords ? Collection.Dictionary : FindCollection(parameter.Type), itemType);
    }

    /// <summary>The type of what a collecting parameter collects; null when its type does not say.</summary>
    public static ITypeSymbol? FindItemType(IParameterSymbol parameter) => parameter.Type switch
    {
        INamedTypeSymbol dictionary when TaskAttributeReader.CollectsKeywords(parameter)
            => IsDictionary(dictionary) && dictionary.TypeArguments[0].SpecialType == SpecialType.System_String ? dictionary.TypeArguments[1] : null,
        _ when !parameter.IsParams => null,
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol span when IsSpan(span) => span.TypeArguments[0],
        INamedTypeSymbol named => named.AllInterfaces.Insert(0, named)
            .FirstOrDefault(each => each.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)?.TypeArguments[0],
        _ => null,
    };

    private static Collection FindCollection(ITypeSymbol type)
        => type is IArrayTypeSymbol ? Collection.Array : IsSpan(type) ? Collection.Span : Collection.List;

    private static bool IsDictionary(ITypeSymbol type)
        => SymbolText.Is(type, Generic + "Dictionary", 2) || SymbolText.Is(type, Generic + "IDictionary", 2) || SymbolText.Is(type, Generic + "IReadOnlyDictionary", 2);

    private static bool IsSpan(ITypeSymbol type) => SymbolText.Is(type, "System.ReadOnlySpan", 1) || SymbolText.Is(type, "System.Span", 1);
}
