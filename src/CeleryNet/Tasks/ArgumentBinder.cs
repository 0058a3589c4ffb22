using System.Text;
using System.Text.Json;
using CeleryNet.Protocol;

namespace CeleryNet.Extensibility;

/// <summary>Matches positional and keyword arguments to parameters by Python's rules, and words what does not fit as Python does.</summary>
internal static class ArgumentBinder
{
    private const int ShownCharacters = 80;

    public static BoundArguments Bind(TaskInvocation call, TaskBody body)
    {
        var definition = call.Definition;
        var values = definition.Parameters.Count == 0 ? [] : new ReadOnlyMemory<byte>[definition.Parameters.Count];
        TakePositional(definition, body.Args, values);
        TakeKeywords(definition, body.Kwargs, values);
        CheckMissing(definition, values);
        return new BoundArguments(call, values);
    }

    public static TaskArgumentException Unfit(TaskDefinition definition, int index, Type type, ReadOnlySpan<byte> json, Exception error)
    {
        var shown = Encoding.UTF8.GetString(json[..Math.Min(json.Length, ShownCharacters)]) + (json.Length > ShownCharacters ? "…" : "");
        return new TaskArgumentException(
            $"{definition.Name}() argument '{definition.Parameters[index].Name}' must be {Describe(type)}, got {shown}", error);
    }

    private static void TakePositional(TaskDefinition definition, ReadOnlyMemory<byte> args, ReadOnlyMemory<byte>[] values)
    {
        var reader = new Utf8JsonReader(args.Span);
        reader.Read();
        var given = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (given < values.Length && !definition.Parameters[given].IsKeywordOnly)
            {
                values[given] = args[start..(int)reader.BytesConsumed];
            }

            given++;
        }

        var takes = definition.Parameters.Count(parameter => !parameter.IsKeywordOnly);
        if (given > takes)
        {
            throw new TaskArgumentException(
                $"{definition.Name}() takes {takes} positional argument{(takes == 1 ? "" : "s")} but {given} {(given == 1 ? "was" : "were")} given");
        }
    }

    private static void TakeKeywords(TaskDefinition definition, ReadOnlyMemory<byte> kwargs, ReadOnlyMemory<byte>[] values)
    {
        var reader = new Utf8JsonReader(kwargs.Span);
        reader.Read();
        HashSet<int>? byKeyword = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var index = FindParameter(definition, ref reader);
            if (index < 0)
            {
                throw new TaskArgumentException(
                    $"{definition.Name}() got an unexpected keyword argument '{reader.GetString()}'; it takes {Names(definition.Parameters)}");
            }

            // Two equal keys in one JSON object: the last one counts, as in Python. A keyword on top of a positional argument is an error.
            if (!values[index].IsEmpty && byKeyword?.Contains(index) is not true)
            {
                throw new TaskArgumentException($"{definition.Name}() got multiple values for argument '{definition.Parameters[index].Name}'");
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            values[index] = kwargs[start..(int)reader.BytesConsumed];
            (byKeyword ??= []).Add(index);
        }
    }

    private static void CheckMissing(TaskDefinition definition, ReadOnlyMemory<byte>[] values)
    {
        List<TaskParameter>? missing = null;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].IsEmpty && !definition.Parameters[i].IsOptional)
            {
                (missing ??= []).Add(definition.Parameters[i]);
            }
        }

        if (missing is not null)
        {
            throw new TaskArgumentException(
                $"{definition.Name}() missing {missing.Count} required argument{(missing.Count == 1 ? "" : "s")}: {Names(missing)}");
        }
    }

    private static int FindParameter(TaskDefinition definition, ref Utf8JsonReader reader)
    {
        for (var i = 0; i < definition.Parameters.Count; i++)
        {
            if (reader.ValueTextEquals(definition.Parameters[i].NameUtf8))
            {
                return i;
            }
        }

        for (var i = 0; i < definition.Parameters.Count; i++)
        {
            if (reader.ValueTextEquals(definition.Parameters[i].ClrNameUtf8))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Names(IReadOnlyList<TaskParameter> parameters)
        => parameters.Count == 0 ? "none" : string.Join(", ", parameters.Select(parameter => $"'{parameter.Name}'"));

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
}
