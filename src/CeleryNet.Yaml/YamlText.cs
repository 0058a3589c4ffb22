using System.Buffers;
using System.Text;

namespace CeleryNet.Yaml;

/// <summary>A body as text, with the characters YAML allows.</summary>
internal static class YamlText
{
    // The parser takes a NUL for the end; PyYAML refuses all of these. yaml/reader.py NON_PRINTABLE
    private static readonly SearchValues<char> _refused = SearchValues.Create(
        [.. Enumerable.Range(0, 0xa0).Select(c => (char)c).Where(c => c is not ('\t' or '\n' or '\r' or '\x85' or (>= ' ' and <= '~'))), '\ufffe', '\uffff']);

    public static string Decode(ReadOnlySpan<byte> body, string? contentEncoding)
    {
        string text;
        try
        {
            text = EncodingOf(contentEncoding).GetString(body);
        }
        catch (DecoderFallbackException error)
        {
            throw new MalformedMessageException($"The YAML body is not in {contentEncoding ?? "utf-8"}, which its content encoding says: {error.Message}", error);
        }

        return text.AsSpan().IndexOfAny(_refused) is var index and >= 0
            ? throw new MalformedMessageException($"The YAML body has the character U+{(int)text[index]:X4} at {index}, which YAML only has as an escape.")
            : text.TrimStart('\ufeff');
    }

    private static Encoding EncodingOf(string? name)
    {
        var known = name?.ToLowerInvariant() is null or "" or "utf8" or "binary" ? "utf-8" : name;
        try
        {
            return Encoding.GetEncoding(known, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException error)
        {
            throw new MalformedMessageException($"The YAML body has the content encoding '{name}', which is not known here; utf-8 is.", error);
        }
    }
}
