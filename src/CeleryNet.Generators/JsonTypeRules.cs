using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators;

/// <summary>Which types can never be read from or written to JSON, whatever the serializer's options know.</summary>
internal static class JsonTypeRules
{
    /// <summary>Why the type cannot be on the wire and what to use in its place; null when nothing speaks against it.</summary>
    public static string? FindObstacle(ITypeSymbol type) => type switch
    {
        IErrorTypeSymbol => $"the type '{type.Name}' is not known here (types made by another source generator are not visible to this one); "
            + "use a type declared in source or in a referenced assembly",
        IPointerTypeSymbol => "a pointer means nothing in another process; use the value it points to",
        IFunctionPointerTypeSymbol => "a function pointer means nothing in another process; send data that says what to do",
        { TypeKind: TypeKind.Delegate } => $"{Show(type)} is a delegate, and code cannot be sent; send data that says what to do",
        { IsRefLikeType: true } => $"{Show(type)} is a ref struct, which cannot be read from JSON; use an array or a list instead",
        IArrayTypeSymbol array => FindObstacle(array.ElementType),
        INamedTypeSymbol named => FindNamedObstacle(named),
        _ => null,
    };

    private static string? FindNamedObstacle(INamedTypeSymbol type)
    {
        if (IsAsyncSequence(type))
        {
            return $"{Show(type)} delivers its elements over time, and JSON needs them all at once; use a list instead";
        }

        if (IsAwaitable(type))
        {
            return $"{Show(type)} is an operation under way, not a value; use the type of its result";
        }

        if (DerivesFromStream(type))
        {
            return $"{Show(type)} is a stream, which has no JSON form; use byte[] or the address of the data";
        }

        if (IsOfTheRun(type))
        {
            return $"{Show(type)} belongs to one run in one process and is never sent";
        }

        return IsContainer(type) ? type.TypeArguments.Select(FindObstacle).FirstOrDefault(obstacle => obstacle is not null) : null;
    }

    private static bool IsAsyncSequence(INamedTypeSymbol type)
        => SymbolText.Is(type, "System.Collections.Generic.IAsyncEnumerable", 1) || SymbolText.Is(type, "System.Collections.Generic.IAsyncEnumerator", 1);

    private static bool IsAwaitable(INamedTypeSymbol type)
        => Lineage(type).Any(each => each.GetMembers("GetAwaiter").Any(member => member is IMethodSymbol { IsStatic: false, Parameters.Length: 0 }));

    private static bool DerivesFromStream(INamedTypeSymbol type) => Lineage(type).Any(each => SymbolText.Is(each, "System.IO.Stream"));

    private static bool IsOfTheRun(INamedTypeSymbol type)
        => SymbolText.Is(type, "System.Threading.CancellationToken") || SymbolText.Is(type, "CeleryNet.TaskContext") || SymbolText.Is(type, "CeleryNet.TaskFailure");

    // A user's own generic type may have a converter that never writes the argument's type; the framework's containers write each element.
    private static bool IsContainer(INamedTypeSymbol type)
        => type.IsGenericType
            && (type.IsTupleType
                || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
                || SymbolText.FullName(type).StartsWith("System.Collections.", StringComparison.Ordinal));

    private static IEnumerable<INamedTypeSymbol> Lineage(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }

    private static string Show(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
