using Microsoft.CodeAnalysis;

namespace CeleryNet.Generators;

/// <summary>Reads what the attribute says of time limits.</summary>
internal sealed class TimeLimitReader(
    AttributeData attribute, string taskMethod, ICollection<DiagnosticInfo> diagnostics, CancellationToken cancellationToken)
{
    private const string Hard = "TimeLimit";
    private const string Soft = "SoftTimeLimit";
    private const string Rule = "a time such as \"00:00:30\" or a number of seconds such as \"30\", 0 (no limit) or more";

    public TimeLimitModel Read()
    {
        var (hard, soft) = (ReadTime(Hard), ReadTime(Soft));
        if (hard > 0 && soft >= hard)
        {
            Report(Soft, $"less than {Hard}, which is {TimeText.Quote(Find(Hard)!)}", Find(Soft)!);
        }

        return new(hard, soft);
    }

    private long? ReadTime(string name)
    {
        if (Find(name) is not { } text)
        {
            return null;
        }

        if (TimeText.Parse(text) is { } time && time >= TimeSpan.Zero)
        {
            return time.Ticks;
        }

        Report(name, Rule, text);
        return null;
    }

    private string? Find(string name)
        => attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value is { Kind: TypedConstantKind.Primitive, Value: string text } ? text : null;

    private void Report(string name, string rule, string given) => diagnostics.Add(new(
        DiagnosticDescriptors.InvalidValue, TaskAttributeReader.Locate(attribute, name, cancellationToken), name, taskMethod, rule, TimeText.Quote(given)));
}
