using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CeleryNet.Serializers.Tests.Vectors;

/// <summary>
/// A command as Redis' MONITOR shows it: <c>[0 127.0.0.1:45144] "ZREM" "unacked_index" "…"</c>, bytes that are not printable as <c>\xNN</c>.
/// </summary>
/// <param name="Client">The database and who sent it.</param>
/// <param name="Words">The command and its arguments.</param>
internal sealed record RedisCommand(string Client, IReadOnlyList<string> Words)
{
    public string Name => Words[0].ToUpperInvariant();

    /// <summary>The command with its key, when it has one: <c>ZREM unacked_index</c>.</summary>
    public string Head => string.Join(' ', Words.Take(2));

    public static IReadOnlyList<RedisCommand> ReadAll(JsonElement lines) => [.. lines.EnumerateArray().Select(line => Read(line.GetString()!))];

    public static RedisCommand Read(string line)
    {
        var end = line.IndexOf(']', StringComparison.Ordinal);
        line[0].ShouldBe('[');
        var words = new List<string>();
        var i = end + 1;
        while (i < line.Length)
        {
            line[i].ShouldBe(' ');
            line[i + 1].ShouldBe('"');
            words.Add(ReadWord(line, i + 2, out i));
        }

        return new RedisCommand(line[1..end], words);
    }

    private static string ReadWord(string line, int start, out int end)
    {
        var bytes = new List<byte>();
        var i = start;
        while (line[i] != '"')
        {
            if (line[i] != '\\')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(line[i++].ToString()));
                continue;
            }

            var escape = line[i + 1];
            if (escape == 'x')
            {
                bytes.Add(byte.Parse(line.AsSpan(i + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            bytes.Add((byte)(escape switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'a' => '\a', 'b' => '\b', _ => escape }));
            i += 2;
        }

        end = i + 1;
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
