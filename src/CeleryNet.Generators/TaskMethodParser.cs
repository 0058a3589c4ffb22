using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CeleryNet.Generators;

/// <summary>Turns one use of [CeleryTask] into a model, or into the reasons why it cannot be a task.</summary>
internal static class TaskMethodParser
{
    public const string AttributeName = "CeleryNet.CeleryTaskAttribute";

    public static ParsedTask Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        if (context.TargetSymbol is not IMethodSymbol target)
        {
            // On a class, a property and the like the attribute is an error of the language (CS0592), and nothing is left to say.
            return new(null, default, default);
        }

        var method = target.PartialDefinitionPart ?? target;
        var location = LocationInfo.From(method.Locations[0]);
        var diagnostics = new List<DiagnosticInfo>();
        var taskMethod = SymbolText.Display(method);
        if (FindUnsupportedDeclaration(method) is { } declaration)
        {
            var shown = context.TargetNode is LambdaExpressionSyntax lambda ? $"'{Shorten(lambda)}'" : taskMethod;
            return Refuse(location, new(DiagnosticDescriptors.UnsupportedDeclaration, location, shown, declaration));
        }

        if (FindReachabilityProblem(method, taskMethod, location) is { } unreachable)
        {
            return Refuse(location, unreachable);
        }

        var attribute = context.Attributes[0];
        var type = DescribeType(method.ContainingType);
        var name = ParseName(attribute, method, taskMethod, diagnostics, cancellationToken);
        var options = TaskAttributeReader.ReadOptions(attribute, taskMethod, diagnostics, cancellationToken);
        var parameters = ParameterParser.Parse(method, taskMethod, diagnostics);
        var (returnKind, resultType) = ReturnTypeParser.Parse(method, taskMethod, location, diagnostics);
        if (diagnostics.Count > 0)
        {
            return new(null, location, new(diagnostics));
        }

        var factoryName = WireNames.TrimAsyncSuffix(method.Name);
        var model = new TaskMethodModel(
            type,
            taskMethod,
            name,
            SymbolText.Escape(method.Name),
            SymbolText.Escape(factoryName),
            FactorySignature(factoryName, method, parameters),
            method.IsStatic,
            type.IsPublic && method.DeclaredAccessibility == Accessibility.Public,
            returnKind,
            resultType,
            parameters,
            options);
        return new(model, location, default);
    }

    private static ParsedTask Refuse(LocationInfo location, DiagnosticInfo diagnostic) => new(null, location, new([diagnostic]));

    private static string Shorten(LambdaExpressionSyntax lambda)
    {
        const int shown = 40;
        var text = lambda.WithAttributeLists(default).NormalizeWhitespace(" ", " ").ToString();
        return text.Length > shown ? text.Substring(0, shown) + "…" : text;
    }

    private static string? FindUnsupportedDeclaration(IMethodSymbol method) => method switch
    {
        { MethodKind: MethodKind.AnonymousFunction } => "a lambda",
        { MethodKind: MethodKind.LocalFunction } => "a local function",
        { MethodKind: MethodKind.PropertyGet or MethodKind.PropertySet } => "a property accessor",
        { MethodKind: MethodKind.EventAdd or MethodKind.EventRemove } => "an event accessor",
        { MethodKind: MethodKind.UserDefinedOperator or MethodKind.Conversion } => "an operator",
        { MethodKind: MethodKind.Destructor } => "a finalizer",
        { MethodKind: not (MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation) } => "not an ordinary method",
        { ContainingType.TypeKind: TypeKind.Struct } => "a method of a struct",
        { ContainingType.TypeKind: not (TypeKind.Class or TypeKind.Interface) } => "a member of an extension block",
        _ => null,
    };

    private static DiagnosticInfo? FindReachabilityProblem(IMethodSymbol method, string taskMethod, LocationInfo location)
    {
        if (method.IsGenericMethod || Outwards(method.ContainingType).Any(type => type.IsGenericType))
        {
            return new(DiagnosticDescriptors.GenericTask, location, taskMethod);
        }

        foreach (var symbol in new ISymbol[] { method }.Concat(Outwards(method.ContainingType)))
        {
            if (FindAccessibilityProblem(symbol) is { } problem)
            {
                var thing = ReferenceEquals(symbol, method) ? "it" : $"the type {SymbolText.Display(symbol)}";
                return new(DiagnosticDescriptors.InaccessibleTask, location, taskMethod, thing, problem);
            }
        }

        return method.ContainingType is { TypeKind: TypeKind.Class, IsAbstract: true } type && !method.IsStatic
            ? new(DiagnosticDescriptors.AbstractClass, location, taskMethod, SymbolText.Display(type))
            : null;
    }

    /// <summary>What keeps generated code from naming the type; null when nothing does.</summary>
    public static string? FindInaccessible(INamedTypeSymbol type) => Outwards(type).Select(FindAccessibilityProblem).FirstOrDefault(problem => problem is not null);

    private static string? FindAccessibilityProblem(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.ExplicitInterfaceImplementation } => "an explicit interface implementation",
        INamedTypeSymbol { IsFileLocal: true } => "local to its file",
        { DeclaredAccessibility: Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal } => null,
        { DeclaredAccessibility: Accessibility.Protected } => "protected",
        { DeclaredAccessibility: Accessibility.ProtectedAndInternal } => "private protected",
        _ => "private",
    };

    private static IEnumerable<INamedTypeSymbol> Outwards(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.ContainingType)
        {
            yield return current;
        }
    }

    private static string ParseName(
        AttributeData attribute, IMethodSymbol method, string taskMethod, List<DiagnosticInfo> diagnostics, CancellationToken cancellationToken)
    {
        var derived = WireNames.DeriveTaskName(SymbolText.FullName(method.ContainingType), method.Name);
        var given = TaskAttributeReader.ReadName(attribute);
        if (given is not null && string.IsNullOrWhiteSpace(given))
        {
            var place = TaskAttributeReader.Locate(attribute, name: null, cancellationToken);
            diagnostics.Add(new(DiagnosticDescriptors.EmptyTaskName, place, taskMethod, derived));
        }

        return given ?? derived;
    }

    private static TaskTypeModel DescribeType(INamedTypeSymbol type)
    {
        var outwards = Outwards(type).ToArray();
        var containingNamespace = type.ContainingNamespace;
        return new(
            containingNamespace.IsGlobalNamespace ? "" : containingNamespace.ToDisplayString(
                SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)),
            SymbolText.Code(type),
            SymbolText.Display(type),
            string.Join("_", Enumerable.Reverse(outwards).Select(each => each.Name)),
            HintNames.For(SymbolText.FullName(type)),
            type.TypeKind == TypeKind.Interface,
            Array.TrueForAll(outwards, each => each.DeclaredAccessibility == Accessibility.Public));
    }

    private static string FactorySignature(string factoryName, IMethodSymbol method, EquatableArray<TaskParameterModel> parameters)
        => $"{factoryName}({string.Join(", ", method.Parameters.Where((_, i) => parameters[i].Source == ParameterSource.Message)
            .Select(parameter => SymbolText.Identity(parameter.Type)))})";
}
