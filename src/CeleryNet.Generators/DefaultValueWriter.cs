using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CeleryNet.Generators;

/// <summary>Writes the default of a parameter as a constant of C#.</summary>
internal static class DefaultValueWriter
{
    /// <summary>The default as generated code writes it; null when there is no way to write it.</summary>
    /// <param name="parameter">A parameter that is optional.</param>
    public static string? Write(IParameterSymbol parameter)
    {
        var type = parameter.Type;
        var value = parameter.HasExplicitDefaultValue ? parameter.ExplicitDefaultValue : null;
        if (value is null)
        {
            return WriteNothing(type);
        }

        var literal = WriteLiteral(value);
        return literal is not null && EnumOf(type) is { } enumType ? $"({SymbolText.Code(enumType)})({literal})" : literal;
    }

    // "default" of a Nullable<T> argument would be T's default where a T is asked for; null says what is meant.
    private static string WriteNothing(ITypeSymbol type)
        => type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T ? "null"
            : type.IsValueType ? "default"
            : type.NullableAnnotation == NullableAnnotation.Annotated ? "null"
            : "null!";

    private static ITypeSymbol? EnumOf(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            type = nullable.TypeArguments[0];
        }

        return type.TypeKind == TypeKind.Enum ? type : null;
    }

    private static string? WriteLiteral(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        string text => SymbolDisplay.FormatLiteral(text, quote: true),
        char character => SymbolDisplay.FormatLiteral(character, quote: true),
        float.NaN => "float.NaN",
        float.PositiveInfinity => "float.PositiveInfinity",
        float.NegativeInfinity => "float.NegativeInfinity",
        float number => number.ToString("R", CultureInfo.InvariantCulture) + "F",
        double.NaN => "double.NaN",
        double.PositiveInfinity => "double.PositiveInfinity",
        double.NegativeInfinity => "double.NegativeInfinity",
        double number => number.ToString("R", CultureInfo.InvariantCulture) + "D",
        decimal number => number.ToString(CultureInfo.InvariantCulture) + "M",
        sbyte or byte or short or ushort or int or uint or long or ulong => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };
}
