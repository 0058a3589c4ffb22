using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CeleryNet.Serialization;

/// <summary>Strings as JSON, with the half surrogate pairs that Python's strings and .NET's can hold and UTF-8 cannot.</summary>
internal static class PythonString
{
    /// <summary>Writes a string; half a surrogate pair as its escape, as <c>json.dumps</c> does.</summary>
    public static void Write(Utf8JsonWriter writer, string value)
    {
        if (HasLoneSurrogate(value))
        {
            writer.WriteRawValue(Quote(value), skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(value);
        }
    }

    public static void WriteName(Utf8JsonWriter writer, string name)
    {
        if (HasLoneSurrogate(name))
        {
            // The writer has no raw names. The key keeps its place, its half a character is lost: nothing that a Python program could look up by.
            name = ToWellFormed(name);
        }

        writer.WritePropertyName(name);
    }

    /// <summary>The text with U+FFFD in place of each half surrogate pair.</summary>
    public static string ToWellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The text of the string or name the reader stands at.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.HasValueSequence ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException) when (!reader.HasValueSequence)
        {
            return Unescape(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    /// <summary>Whether the string or name the reader stands at is this text. The reader itself compares none with half a surrogate pair in it.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
        => reader.ValueIsEscaped ? Read(ref reader) == Encoding.UTF8.GetString(text) : reader.ValueTextEquals(text);

    public static bool HasLoneSurrogate(string value)
    {
        var rest = value.AsSpan();
        while (true)
        {
            var next = rest.IndexOfAnyInRange('\ud800', '\udfff');
            if (next < 0)
            {
                return false;
            }

            if (next + 1 >= rest.Length || !char.IsSurrogatePair(rest[next], rest[next + 1]))
            {
                return true;
            }

            rest = rest[(next + 2)..];
        }
    }

    private static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 16).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    // The reader has seen to it that every escape is complete.
    private static string Unescape(string escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            i++;
            if (escaped[i] == 'u')
            {
                text.Append((char)ushort.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            text.Append(escaped[i] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var same => same,
            });
        }

        return text.ToString();
    }
}
