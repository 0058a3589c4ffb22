using System.Text.Json;
using CeleryNet.Protocol;
using CeleryNet.Serialization;

namespace CeleryNet.Extensibility;

/// <summary>
/// Matches positional and keyword arguments to parameters by Python's rules, in Python's order: what does not fit in two ways is refused for the one that
/// Python would name. Python/ceval.c initialize_locals
/// </summary>
internal static class ArgumentBinder
{
    public static BoundArguments Bind(TaskInvocation call, TaskBody body)
    {
        var definition = call.Definition;
        var values = definition.Parameters.Count == 0 ? [] : new ReadOnlyMemory<byte>[definition.Parameters.Count];
        var given = TakePositional(definition, body.Args, values, out var items);
        var keywords = TakeKeywords(definition, body.Kwargs, values);
        if (given > definition.PositionalCount && definition.PositionalCollector < 0)
        {
            throw ArgumentErrors.TooMany(definition, given, CountKeywordOnly(definition, values));
        }

        CheckMissing(definition, values, areKeywordOnly: false);
        CheckMissing(definition, values, areKeywordOnly: true);
        return new BoundArguments(call, values, items, keywords);
    }

    private static int TakePositional(
        TaskDefinition definition, ReadOnlyMemory<byte> args, ReadOnlyMemory<byte>[] values, out List<ReadOnlyMemory<byte>>? items)
    {
        items = null;
        var reader = new Utf8JsonReader(args.Span);
        reader.Read();
        var given = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var value = SkipValue(ref reader, args);
            if (given < definition.PositionalCount)
            {
                values[given] = value;
            }
            else if (definition.PositionalCollector >= 0)
            {
                (items ??= []).Add(value);
            }

            given++;
        }

        return given;
    }

    private static List<KeyValuePair<string, ReadOnlyMemory<byte>>>? TakeKeywords(
        TaskDefinition definition, ReadOnlyMemory<byte> kwargs, ReadOnlyMemory<byte>[] values)
    {
        List<KeyValuePair<string, ReadOnlyMemory<byte>>>? collected = null;
        Dictionary<int, bool>? byKeyword = null;
        var reader = new Utf8JsonReader(kwargs.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (index, isClrName) = FindParameter(definition, ref reader);
            if (index < 0)
            {
                var name = PythonString.Read(ref reader);
                if (definition.KeywordCollector < 0)
                {
                    throw ArgumentErrors.Unexpected(definition, name);
                }

                reader.Read();
                (collected ??= []).Add(new(name, SkipValue(ref reader, kwargs)));
                continue;
            }

            // Two equal keys in one JSON object: the last one counts, as in Python. A keyword on top of a positional argument is an error.
            if (!values[index].IsEmpty && !(byKeyword is not null && byKeyword.TryGetValue(index, out var earlier) && earlier == isClrName))
            {
                throw ArgumentErrors.Multiple(definition, index);
            }

            reader.Read();
            values[index] = SkipValue(ref reader, kwargs);
            (byKeyword ??= [])[index] = isClrName;
        }

        return collected;
    }

    private static void CheckMissing(TaskDefinition definition, ReadOnlyMemory<byte>[] values, bool areKeywordOnly)
    {
        List<TaskParameter>? missing = null;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].IsEmpty
                && definition.Parameters[i] is { IsOptional: false, Collects: CollectedArguments.None } parameter
                && parameter.IsKeywordOnly == areKeywordOnly)
            {
                (missing ??= []).Add(parameter);
            }
        }

        if (missing is not null)
        {
            throw ArgumentErrors.Missing(definition, missing, areKeywordOnly);
        }
    }

    private static int CountKeywordOnly(TaskDefinition definition, ReadOnlyMemory<byte>[] values)
    {
        var count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            count += definition.Parameters[i].IsKeywordOnly && !values[i].IsEmpty ? 1 : 0;
        }

        return count;
    }

    private static (int Index, bool IsClrName) FindParameter(TaskDefinition definition, ref Utf8JsonReader reader)
    {
        for (var i = 0; i < definition.Parameters.Count; i++)
        {
            if (definition.Parameters[i] is { Collects: CollectedArguments.None } parameter && PythonString.Is(ref reader, parameter.NameUtf8))
            {
                return (i, false);
            }
        }

        for (var i = 0; i < definition.Parameters.Count; i++)
        {
            if (definition.Parameters[i] is { Collects: CollectedArguments.None } parameter && PythonString.Is(ref reader, parameter.ClrNameUtf8))
            {
                return (i, true);
            }
        }

        return (-1, false);
    }

    private static ReadOnlyMemory<byte> SkipValue(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }
}
