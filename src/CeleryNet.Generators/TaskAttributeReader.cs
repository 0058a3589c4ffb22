using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CeleryNet.Generators;

/// <summary>Reads what the attributes say, and only what they say: a named argument that is not written stays null.</summary>
internal static class TaskAttributeReader
{
    private const string ArgumentAttributeName = "CeleryNet.CeleryArgumentAttribute";
    private const string KeywordArgumentsAttributeName = "CeleryNet.CeleryKeywordArgumentsAttribute";
    private const int MaxPriority = 255;
    private const int UnlimitedDeliveries = -1;

    /// <summary>The name given to the constructor; null when there is none.</summary>
    public static string? ReadName(AttributeData attribute)
        => attribute.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Primitive, Value: string name } ? name : null;

    public static TaskOptionsModel ReadOptions(
        AttributeData attribute, string taskMethod, ICollection<DiagnosticInfo> diagnostics, CancellationToken cancellationToken)
    {
        var named = attribute.NamedArguments;
        var queue = Find<string>(named, "Queue");
        if (queue is not null && string.IsNullOrWhiteSpace(queue))
        {
            var location = Locate(attribute, "Queue", cancellationToken);
            diagnostics.Add(new(DiagnosticDescriptors.InvalidValue, location, "Queue", taskMethod, "the name of a queue", "an empty text"));
        }

        var priority = FindValue<int>(named, "Priority");
        if (priority is < 0 or > MaxPriority)
        {
            var given = priority.Value.ToString(CultureInfo.InvariantCulture);
            var location = Locate(attribute, "Priority", cancellationToken);
            diagnostics.Add(new(DiagnosticDescriptors.InvalidValue, location, "Priority", taskMethod, $"0 to {MaxPriority}", given));
        }

        var maxDeliveries = FindValue<int>(named, "MaxDeliveries");
        if (maxDeliveries is 0 or < UnlimitedDeliveries)
        {
            var given = maxDeliveries.Value.ToString(CultureInfo.InvariantCulture);
            var location = Locate(attribute, "MaxDeliveries", cancellationToken);
            diagnostics.Add(new(
                DiagnosticDescriptors.InvalidValue, location, "MaxDeliveries", taskMethod, "1 or more, or CeleryTaskAttribute.UnlimitedDeliveries", given));
        }

        return new(
            queue,
            priority,
            maxDeliveries,
            FindValue<bool>(named, "AcksLate"),
            FindValue<bool>(named, "AcksOnFailure"),
            FindValue<bool>(named, "AcksOnTimeout"),
            FindValue<bool>(named, "RejectOnWorkerLost"),
            FindValue<bool>(named, "IgnoreResult"),
            FindValue<bool>(named, "StoreErrorsEvenIfIgnored"),
            FindValue<bool>(named, "KeepIfFailed"),
            FindValue<bool>(named, "TrackStarted"),
            FindValue<bool>(named, "SendEvents"),
            ReadRateLimit(attribute, taskMethod, diagnostics, cancellationToken),
            new TimeLimitReader(attribute, taskMethod, diagnostics, cancellationToken).Read(),
            new RetryAttributeReader(attribute, taskMethod, diagnostics, cancellationToken).Read());
    }

    private static string? ReadRateLimit(
        AttributeData attribute, string taskMethod, ICollection<DiagnosticInfo> diagnostics, CancellationToken cancellationToken)
    {
        var limit = Find<string>(attribute.NamedArguments, "RateLimit");
        if (limit is not null && !RateLimitText.IsValid(limit))
        {
            diagnostics.Add(new(
                DiagnosticDescriptors.InvalidValue,
                Locate(attribute, "RateLimit", cancellationToken),
                "RateLimit",
                taskMethod,
                RateLimitText.Rule,
                limit.Length == 0 ? "an empty text" : $"\"{limit}\""));
        }

        return limit;
    }

    public static ArgumentModel ReadArgument(
        IParameterSymbol parameter, string taskMethod, LocationInfo location, ICollection<DiagnosticInfo> diagnostics)
    {
        var attribute = FindAttribute(parameter, ArgumentAttributeName);
        var keyword = attribute is null ? null : ReadName(attribute);
        if (keyword is not null && string.IsNullOrWhiteSpace(keyword))
        {
            diagnostics.Add(new(
                DiagnosticDescriptors.InvalidValue, location, $"The keyword of parameter '{parameter.Name}'", taskMethod, "a name", "an empty text"));
        }

        return new(
            keyword,
            attribute is not null && FindValue<bool>(attribute.NamedArguments, "KeywordOnly") is true,
            attribute is not null && FindValue<bool>(attribute.NamedArguments, "Sensitive") is true);
    }

    /// <summary>Whether the parameter is marked to collect keyword arguments.</summary>
    public static bool CollectsKeywords(IParameterSymbol parameter) => FindAttribute(parameter, KeywordArgumentsAttributeName) is not null;

    /// <summary>Where an argument of the attribute is written.</summary>
    /// <param name="attribute">An attribute that has the argument.</param>
    /// <param name="name">The name of a named argument; null for the one of the constructor.</param>
    /// <param name="cancellationToken">Ends the look into the syntax.</param>
    public static LocationInfo Locate(AttributeData attribute, string? name, CancellationToken cancellationToken)
    {
        // The attribute was found by its syntax, so there is one.
        var syntax = (AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(cancellationToken);
        var argument = syntax.ArgumentList?.Arguments.FirstOrDefault(each => each.NameEquals?.Name.Identifier.ValueText == name);
        return LocationInfo.From((argument ?? (SyntaxNode)syntax).GetLocation());
    }

    private static AttributeData? FindAttribute(IParameterSymbol parameter, string name)
        => parameter.GetAttributes().FirstOrDefault(each => each.AttributeClass is { } type && SymbolText.Is(type, name));

    private static T? Find<T>(ImmutableArray<KeyValuePair<string, TypedConstant>> named, string name)
        where T : class
        => named.FirstOrDefault(each => each.Key == name).Value is { Kind: TypedConstantKind.Primitive, Value: T value } ? value : null;

    private static T? FindValue<T>(ImmutableArray<KeyValuePair<string, TypedConstant>> named, string name)
        where T : struct
        => named.FirstOrDefault(each => each.Key == name).Value is { Kind: TypedConstantKind.Primitive, Value: T value } ? value : null;
}

/// <summary>What the attribute of a parameter says.</summary>
/// <param name="Keyword">The keyword; null when it names none.</param>
/// <param name="IsKeywordOnly">Whether it is sent and taken by keyword only.</param>
/// <param name="IsSensitive">Whether its value is kept out of sight.</param>
internal readonly record struct ArgumentModel(string? Keyword, bool IsKeywordOnly, bool IsSensitive);
