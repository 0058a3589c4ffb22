using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CeleryNet.Generators;

/// <summary>How symbols are written: in generated code, in messages, and for comparison.</summary>
internal static class SymbolText
{
    private static readonly SymbolDisplayFormat _code = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    // C# compares signatures without nullability and without names of tuple elements.
    private static readonly SymbolDisplayFormat _identity = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.ExpandValueTuple);

    private static readonly SymbolDisplayFormat _nested = SymbolDisplayFormat.CSharpShortErrorMessageFormat;

    private static readonly SymbolDisplayFormat _fullName = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    /// <summary>The type as generated code writes it. A dynamic is an object there: its calls are not to be resolved at run time.</summary>
    public static string Code(ITypeSymbol type)
        => type.TypeKind == TypeKind.Dynamic
            ? type.NullableAnnotation == NullableAnnotation.Annotated ? "object?" : "object"
            : type.ToDisplayString(_code);

    /// <summary>Equal for types that C# does not tell apart in signatures.</summary>
    public static string Identity(ITypeSymbol type) => type.TypeKind == TypeKind.Dynamic ? "object" : type.ToDisplayString(_identity);

    /// <summary>A type or member with its outer types, for messages and comments.</summary>
    public static string Display(ISymbol symbol)
        => symbol switch
        {
            IMethodSymbol { MethodKind: MethodKind.LocalFunction } local => local.Name,
            IMethodSymbol { AssociatedSymbol: { } owner } => Display(owner),
            INamedTypeSymbol type => type.ToDisplayString(_nested),
            { ContainingType: { } type } => $"{Display(type)}.{symbol.Name}",
            _ => symbol.Name,
        };

    /// <summary>A type with its namespace and outer types, joined by dots, without type parameters and escapes.</summary>
    public static string FullName(ITypeSymbol type) => type.ToDisplayString(_fullName);

    /// <summary>The name as C# writes it: keywords get their @.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    /// <summary>Whether the type has this full name and so many type parameters.</summary>
    public static bool Is(ITypeSymbol type, string fullName, int arity = 0)
        => type is INamedTypeSymbol named && named.Arity == arity && FullName(named) == fullName;
}
