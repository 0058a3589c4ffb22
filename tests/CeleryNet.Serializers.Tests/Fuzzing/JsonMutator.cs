using System.Text;
using System.Text.Json;

namespace CeleryNet.Serializers.Tests.Fuzzing;

/// <summary>Changes values within a JSON text that stays one: numbers no type holds, strings no encoding has, tags that lie, depth, keys given twice.</summary>
internal static class JsonMutator
{
    private static readonly string[] _tags =
        ["datetime", "date", "time", "decimal", "uuid", "bytes", "base64", "float", "timedelta", "complex", "", "unknown", "__type__", "\\u0066loat"];

    private static readonly string[] _values =
    [
        "null", "true", "false", "0", "-0", "1", "-1", "0.0", "-0.0", "1e400", "-1e400", "1e-400", "1E999999999", "9223372036854775807", "9223372036854775808",
        "-9223372036854775809", "18446744073709551616", "2147483648", "1.5", "1e16", "NaN", "Infinity", "-Infinity", "[]", "{}", "[[]]", "[null]", "{\"\": null}",
        "\"\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"nan\"", "\"inf\"", "\"-inf\"", "\"AP/+\"", "\"====\"", "\"12.340\"", "\"1e999999\"", "\"-0\"",
        "\"2026-01-02\"", "\"2026-01-02T03:04:05\"", "\"2026-01-02T03:04:05.678901+02:00\"", "\"2026-01-02T03:04:05+99:99\"", "\"0001-01-01T00:00:00+14:00\"",
        "\"9999-12-31T23:59:59.9999999-14:00\"", "\"03:04:05.678901\"", "\"12345678123456789234567812345678\"", "{\"hex\": \"12345678123456789234567812345678\"}",
        "{\"hex\": null}", "[1, 2, 3]", "[999999999, 86399, 999999]", "[-999999999, 0, 0]", "[\"1.0\", \"2.0\"]", "[\"nan\", \"inf\"]", "[1, 2]",
    ];

    /// <summary>A text with some values changed; null when the original is no JSON.</summary>
    public static byte[]? Mutate(ReadOnlySpan<byte> original, Random random)
    {
        var text = original.ToArray();
        var isChanged = false;
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var values = FindValues(text);
            if (values.Count == 0)
            {
                // What the last change has made of it may be no strict JSON any more.
                return isChanged ? text : null;
            }

            var (start, end) = values[random.Next(values.Count)];
            var value = Encoding.UTF8.GetBytes(Change(Encoding.UTF8.GetString(text.AsSpan(start, end - start)), random));
            text = [.. text.AsSpan(0, start), .. value, .. text.AsSpan(end)];
            isChanged = true;
        }

        return text;
    }

    private static string Change(string value, Random random) => random.Next(10) switch
    {
        0 or 1 or 2 => Any(random),
        3 => Tag(Any(random), random),
        4 => Tag(value, random),
        5 => $"[{value}, {Any(random)}]",
        6 => $"{{\"a\": {value}, \"a\": {Any(random)}}}",
        7 => Deep(value, random),
        8 => new string('9', 1 << random.Next(14)),
        _ => $"\"{new string('x', 1 << random.Next(14))}\"",
    };

    private static string Any(Random random) => _values[random.Next(_values.Length)];

    private static string Tag(string value, Random random)
    {
        var type = $"\"__type__\": \"{_tags[random.Next(_tags.Length)]}\"";
        var inner = $"\"__value__\": {value}";
        return random.Next(8) switch
        {
            0 => $"{{{inner}, {type}}}",
            1 => $"{{{type}, {inner}, \"more\": 1}}",
            2 => $"{{{type}, {type}}}",
            3 => $"{{\"__type__\": {value}, {inner}}}",
            _ => $"{{{type}, {inner}}}",
        };
    }

    private static string Deep(string value, Random random)
    {
        var depth = random.Next(4) switch { 0 => random.Next(1, 8), 1 => random.Next(55, 70), 2 => random.Next(200, 2000), _ => 20_000 };
        return random.Next(2) == 0
            ? string.Concat(new string('[', depth), value, new string(']', depth))
            : new StringBuilder(depth * 6).Insert(0, "{\"a\":", depth).Append(value).Append('}', depth).ToString();
    }

    // Names are no values here; they change when their object does.
    private static List<(int Start, int End)> FindValues(ReadOnlySpan<byte> json)
    {
        var values = new List<(int, int)>();
        var open = new Stack<int>();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 100_000 });
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray or JsonTokenType.StartObject:
                        open.Push((int)reader.TokenStartIndex);
                        break;
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        values.Add((open.Pop(), (int)reader.BytesConsumed));
                        break;
                    case JsonTokenType.PropertyName:
                        break;
                    default:
                        values.Add(((int)reader.TokenStartIndex, (int)reader.BytesConsumed));
                        break;
                }
            }

            return values;
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
