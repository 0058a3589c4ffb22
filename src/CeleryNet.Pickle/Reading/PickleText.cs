using System.Globalization;
using System.Text;

namespace CeleryNet.Pickle.Reading;

/// <summary>The ways in which pickle writes strings.</summary>
internal static class PickleText
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes UTF-8 in which, as Python's <c>surrogatepass</c> writes it, halves of surrogate pairs stand as three bytes.</summary>
    public static string FromUtf8(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return _strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            return WithSurrogates(utf8);
        }
    }

    /// <summary>What Python 2 called a string: its bytes say nothing of their encoding, so only ASCII can be read.</summary>
    public static string FromAscii(ReadOnlySpan<byte> bytes) => Ascii.IsValid(bytes)
        ? Encoding.ASCII.GetString(bytes)
        : throw Refusal.Because("a string of Python 2 has bytes beyond ASCII; Python 3 does not read it either");

    /// <summary>Decodes protocol 0's strings: Latin-1 with <c>\uXXXX</c> and <c>\UXXXXXXXX</c>.</summary>
    public static string FromRawUnicodeEscape(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            var digits = line[i] == '\\' && i + 1 < line.Length ? line[i + 1] switch { (byte)'u' => 4, (byte)'U' => 8, _ => 0 } : 0;
            if (digits == 0)
            {
                text.Append((char)line[i]);
                continue;
            }

            var code = i + 2 + digits <= line.Length
                && uint.TryParse(line.Slice(i + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                && value <= 0x10FFFF
                    ? value
                    : throw Refusal.Because("a string has an incomplete \\u escape");
            _ = code <= char.MaxValue ? text.Append((char)code) : text.Append(char.ConvertFromUtf32((int)code));
            i += 1 + digits;
        }

        return text.ToString();
    }

    /// <summary>Decodes a string as Python's <c>repr</c> writes it, in quotes.</summary>
    public static string FromRepr(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || line[0] != line[^1] || line[0] is not ((byte)'\'' or (byte)'"'))
        {
            throw Refusal.Because("a string of protocol 0 is not in quotes");
        }

        var inner = line[1..^1];
        var bytes = new byte[inner.Length];
        var count = 0;
        for (var i = 0; i < inner.Length; i++)
        {
            bytes[count++] = inner[i] == '\\' ? Escape(inner, ref i) : inner[i];
        }

        return FromAscii(bytes.AsSpan(0, count));
    }

    // From the backslash to the last byte of the escape.
    private static byte Escape(ReadOnlySpan<byte> text, ref int i)
    {
        i++;
        var kind = i < text.Length ? text[i] : (byte)0;
        switch (kind)
        {
            case (byte)'\\' or (byte)'\'' or (byte)'"': return kind;
            case (byte)'n': return (byte)'\n';
            case (byte)'r': return (byte)'\r';
            case (byte)'t': return (byte)'\t';
            case (byte)'x' when i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value):
                i += 2;
                return value;
            default:
                throw Refusal.Because("a string of protocol 0 has an escape that repr does not write");
        }
    }

    private static string WithSurrogates(ReadOnlySpan<byte> utf8)
    {
        var text = new StringBuilder(utf8.Length);
        while (!utf8.IsEmpty)
        {
            if (utf8.Length >= 3 && utf8[0] == 0xED && utf8[1] is >= 0xA0 and <= 0xBF && utf8[2] is >= 0x80 and <= 0xBF)
            {
                text.Append((char)(0xD000 | ((utf8[1] & 0x3F) << 6) | (utf8[2] & 0x3F)));
                utf8 = utf8[3..];
                continue;
            }

            if (Rune.DecodeFromUtf8(utf8, out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                throw Refusal.Because("a string is not UTF-8");
            }

            text.Append(rune);
            utf8 = utf8[length..];
        }

        return text.ToString();
    }
}
