using System.Buffers;
using System.Globalization;
using System.Text;

namespace CeleryNet.Serialization;

/// <summary>JSON as Python's <c>json.dumps</c> spaces it: a space behind each comma and colon, and nothing but ASCII.</summary>
internal static class PythonSpacing
{
    private static readonly SearchValues<byte> _notable = SearchValues.Create([(byte)'"', (byte)',', (byte)':', (byte)' ', (byte)'\n', (byte)'\r', (byte)'\t']);
    private static readonly SearchValues<byte> _inString = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0x80, 0x80).Select(value => (byte)value)]);

    /// <param name="output">Where to.</param>
    /// <param name="json">A JSON text, spaced in any way.</param>
    public static void Write(PooledBuffer output, ReadOnlySpan<byte> json)
    {
        while (!json.IsEmpty)
        {
            var next = json.IndexOfAny(_notable);
            if (next < 0)
            {
                output.Write(json);
                return;
            }

            output.Write(json[..next]);
            var found = json[next];
            json = json[(next + 1)..];
            switch (found)
            {
                case (byte)'"':
                    output.Write("\""u8);
                    json = json[WriteString(output, json)..];
                    break;
                case (byte)',':
                    output.Write(", "u8);
                    break;
                case (byte)':':
                    output.Write(": "u8);
                    break;
            }
        }
    }

    // What follows the opening quotation mark, up to the closing one.
    private static int WriteString(PooledBuffer output, ReadOnlySpan<byte> text)
    {
        var position = 0;
        while (position < text.Length)
        {
            var rest = text[position..];
            var next = rest.IndexOfAny(_inString);
            if (next < 0)
            {
                break;
            }

            output.Write(rest[..next]);
            position += next;
            rest = rest[next..];
            switch (rest[0])
            {
                case (byte)'"':
                    output.Write("\""u8);
                    return position + 1;
                case (byte)'\\':
                    var length = Math.Min(2, rest.Length);
                    output.Write(rest[..length]);
                    position += length;
                    break;
                default:
                    Rune.DecodeFromUtf8(rest, out var rune, out var consumed);
                    foreach (var unit in rune.ToString())
                    {
                        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}")));
                    }

                    position += consumed;
                    break;
            }
        }

        output.Write(text[position..]);
        return text.Length;
    }
}
