using System.Globalization;
using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators;

/// <summary>Reads what the attribute says of retries.</summary>
internal sealed class RetryAttributeReader(
    AttributeData attribute, string taskMethod, ICollection<DiagnosticInfo> diagnostics, CancellationToken cancellationToken)
{
    private const int Unlimited = -1;
    private const string TimeRule = "a time such as \"00:03:00\" or a number of seconds such as \"180\"";

    public RetryOptionsModel Read()
    {
        var maxRetries = Find("MaxRetries")?.Value as int?;
        if (maxRetries < Unlimited)
        {
            Report("MaxRetries", "0 or more, or CeleryTaskAttribute.UnlimitedRetries", Text(maxRetries.Value));
        }

        return new(
            maxRetries,
            ReadTime("RetryDelay", TimeRule + ", 0 or more", time => time >= TimeSpan.Zero),
            ReadTypes("AutoRetryFor"),
            ReadTypes("DontAutoRetryFor"),
            ReadBackoff());
    }

    private RetryBackoffModel? ReadBackoff()
    {
        var isOn = Find("RetryBackoff")?.Value as bool?;
        var factor = Find("RetryBackoffFactor")?.Value as int?;
        var maximum = ReadTime(
            "RetryBackoffMax", TimeRule + ", whole seconds, 1 or more", time => time >= TimeSpan.FromSeconds(1) && time.Ticks % TimeSpan.TicksPerSecond == 0);
        if (factor < 1)
        {
            Report("RetryBackoffFactor", "1 or more", Text(factor.Value));
        }
        else if (factor is not null && isOn is false)
        {
            Report("RetryBackoffFactor", "left out where RetryBackoff is false", Text(factor.Value));
        }

        return isOn ?? factor is not null ? new(factor, maximum, Find("RetryJitter")?.Value as bool?) : null;
    }

    private long? ReadTime(string name, string rule, Func<TimeSpan, bool> isRight)
    {
        if (Find(name)?.Value is not string text)
        {
            return null;
        }

        if (TimeText.Parse(text) is { } time && isRight(time))
        {
            return time.Ticks;
        }

        Report(name, rule, TimeText.Quote(text));
        return null;
    }

    private EquatableArray<string> ReadTypes(string name)
    {
        if (Find(name) is not { Kind: TypedConstantKind.Array, IsNull: false } array)
        {
            return new([]);
        }

        var types = new List<string>();
        foreach (var item in array.Values)
        {
            // What the compiler cannot resolve it complains of itself.
            if (item.Value is IErrorTypeSymbol)
            {
                continue;
            }

            if (item.Value is not INamedTypeSymbol { IsUnboundGenericType: false } type || !IsException(type))
            {
                Report(name, "types of exceptions", item.Value is ITypeSymbol other ? $"'{SymbolText.Display(other)}'" : "null");
            }
            else if (TaskMethodParser.FindInaccessible(type) is { } problem)
            {
                Report(name, "types that are public or internal", $"'{SymbolText.Display(type)}', which is {problem}");
            }
            else
            {
                types.Add(SymbolText.Code(type));
            }
        }

        return new(types);
    }

    private static bool IsException(ITypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (SymbolText.Is(current, "System.Exception"))
            {
                return true;
            }
        }

        return false;
    }

    private TypedConstant? Find(string name)
    {
        foreach (var argument in attribute.NamedArguments)
        {
            if (argument.Key == name && argument.Value.Kind != TypedConstantKind.Error)
            {
                return argument.Value;
            }
        }

        return null;
    }

    private void Report(string name, string rule, string given)
        => diagnostics.Add(new(
            DiagnosticDescriptors.InvalidValue, TaskAttributeReader.Locate(attribute, name, cancellationToken), name, taskMethod, rule, given));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
