using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;

namespace CeleryNet.Extensibility;

/// <summary>What does not fit a task, in the words of Python's <c>TypeError</c>.</summary>
internal static class ArgumentErrors
{
    private const int ShownCharacters = 80;

    public static TaskArgumentException TooMany(TaskDefinition definition, int given, int givenKeywordOnly)
    {
        var takes = definition.PositionalCount;
        var optional = definition.Parameters.Take(takes).Count(parameter => parameter.IsOptional);
        var range = optional > 0 ? $"from {takes - optional} to {takes}" : $"{takes}";
        var keywords = givenKeywordOnly > 0
            ? $" positional argument{Plural(given)} (and {givenKeywordOnly} keyword-only argument{Plural(givenKeywordOnly)})"
            : "";
        return new TaskArgumentException(
            $"{definition.Name}() takes {range} positional argument{(optional > 0 ? "s" : Plural(takes))} but {given}{keywords} "
            + $"{(given == 1 && givenKeywordOnly == 0 ? "was" : "were")} given");
    }

    public static TaskArgumentException Unexpected(TaskDefinition definition, string keyword)
    {
        var names = definition.Parameters.Where(parameter => parameter.Collects == CollectedArguments.None).Select(parameter => $"'{parameter.Name}'").ToArray();
        return new TaskArgumentException(
            $"{definition.Name}() got an unexpected keyword argument '{keyword}'; it takes {(names.Length == 0 ? "none" : string.Join(", ", names))}");
    }

    public static TaskArgumentException Multiple(TaskDefinition definition, int index)
        => new($"{definition.Name}() got multiple values for argument '{definition.Parameters[index].Name}'");

    public static TaskArgumentException Missing(TaskDefinition definition, IReadOnlyList<TaskParameter> missing, bool areKeywordOnly)
    {
        var names = missing.Select(parameter => $"'{parameter.Name}'").ToArray();
        var listed = names.Length switch
        {
            1 => names[0],
            2 => $"{names[0]} and {names[1]}",
            _ => $"{string.Join(", ", names[..^1])}, and {names[^1]}",
        };
        return new TaskArgumentException(
            $"{definition.Name}() missing {names.Length} required {(areKeywordOnly ? "keyword-only" : "positional")} argument{Plural(names.Length)}: {listed}");
    }

    /// <summary>The value given for a parameter is not of its type. Of a sensitive one neither the value nor what the serializer says of it is shown.</summary>
    /// <param name="definition">The task.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="argument">The argument as the sender knows it: its keyword, or the parameter and the place in it.</param>
    /// <param name="type">The type it has to be.</param>
    /// <param name="json">The value.</param>
    /// <param name="error">What was found wrong with it.</param>
    public static TaskArgumentException Unfit(
        TaskDefinition definition, TaskParameter parameter, string argument, Type type, ReadOnlySpan<byte> json, Exception error)
    {
        var expected = $"{definition.Name}() argument '{argument}' must be {Describe(type)}, got ";
        return parameter.IsSensitive
            ? new TaskArgumentException(expected + ArgumentMask.Shown)
            : new TaskArgumentException(expected + Shorten(json) + Detail(json, error), error);
    }

    private static string Shorten(ReadOnlySpan<byte> json)
    {
        if (json.Length <= ShownCharacters)
        {
            return Encoding.UTF8.GetString(json);
        }

        // Not in the middle of a character.
        var end = ShownCharacters;
        while ((json[end] & 0xc0) == 0x80)
        {
            end--;
        }

        return Encoding.UTF8.GetString(json[..end]) + "…";
    }

    // Of a value with parts the part is named that does not fit, or the member that is missing.
    private static string Detail(ReadOnlySpan<byte> json, Exception error)
    {
        if (error is not JsonException { Path: { } path } || (path == "$" && json[0] != '{'))
        {
            return "";
        }

        var place = path == "$" ? "" : $" at {path.AsSpan(path.StartsWith("$.", StringComparison.Ordinal) ? 2 : 1)}";
        var end = error.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return $"{place}: {error.Message.AsSpan(0, end < 0 ? error.Message.Length : end)}";
    }

    private static string Describe(Type type)
    {
        var isNullable = Nullable.GetUnderlyingType(type) is not null;
        var actual = Nullable.GetUnderlyingType(type) ?? type;
        var name = Type.GetTypeCode(actual) switch
        {
            _ when actual.IsEnum => actual.Name,
            TypeCode.Boolean => "a bool",
            TypeCode.Byte or TypeCode.SByte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64
                => $"an int ({actual.Name})",
            TypeCode.Single or TypeCode.Double => "a float",
            TypeCode.String => "a str",
            _ => actual.Name,
        };
        return isNullable ? name + " or None" : name;
    }

    private static string Plural(int count) => count == 1 ? "" : "s";
}
