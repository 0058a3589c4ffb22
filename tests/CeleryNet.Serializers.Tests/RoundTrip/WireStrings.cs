using FsCheck;
using FsCheck.Fluent;

namespace CeleryNet.Serializers.Tests.RoundTrip;

/// <summary>Strings: plain ones, those that mean something else to some format, and any characters.</summary>
internal static class WireStrings
{
    private static readonly string[] _odd =
    [
        "", " ", "  x  ", "\t", "\n", "x\n", "\nx", "a\r\nb\rc", "\0", "\a\b\e\u007f", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "\ufffd",
        "\ud7ff\ue000", "e\u0301", "\u202eabc", "\U0001F600", "\U0010FFFF", "\U00010000", "日本語", "it's", "say \"x\"", "\\", "\\n", "\\u0041", "C:\\x\\y",
        "yes", "No", "on", "OFF", "true", "False", "y", "n", "null", "Null", "~", "None", "NaN", ".nan", ".inf", "-.INF", "Infinity", "0", "-1", "+1", "012", "0o14", "0x1F",
        "0b11", "1_000", "1:30", "190:20:30.15", "1.0", ".5", "1e3", "1.0e+3", "2026-01-02", "2026-01-02 03:04:05", "2026-01-02T03:04:05Z", "=", "<<", "- a", "-", "---",
        "--- x", "...", "? a", "a: b", "a:", ": a", "# a", "a # b", "&a", "*a", "!a", "!!str x", "!!python/object:os.system", "%YAML 1.1", "@a", "`a`", "[", "]", "[a, b]", "{",
        "}", "{a: b}", ",", "|", ">", "'", "\"", "__type__", "__value__", "$", "\u00e9", "\u0080", "a\u0000b", "ends with space ", "a  b   c",
    ];

    public static Gen<string> Of(WireFormat format)
    {
        var any = Gen.Choose(0, 12).SelectMany(count => Gen.ListOf(Characters(format), count)).Select(parts => string.Concat(parts));
        // Longer than the lines a text format would fold.
        var wide = Gen.Choose(80, 300).SelectMany(count => Gen.ListOf(Characters(format), count)).Select(parts => string.Concat(parts));
        var words = Gen.Choose(20, 60).SelectMany(count => Gen.ListOf(Gen.Elements(_odd), count)).Select(parts => string.Join(' ', parts));
        return Gen.Frequency((8, Gen.Elements(_odd)), (8, any), (1, wide), (1, words));
    }

    private static Gen<string> Characters(WireFormat format)
    {
        var bmp = Gen.Choose(0, 0xffff).Where(c => c is < 0xd800 or > 0xdfff).Select(c => ((char)c).ToString());
        var astral = Gen.Choose(0x10000, 0x10ffff).Select(char.ConvertFromUtf32);
        var half = Gen.Choose(0xd800, 0xdfff).Select(c => ((char)c).ToString());
        var ascii = Gen.Choose(0x20, 0x7e).Select(c => ((char)c).ToString());
        var latin = Gen.Choose(0, 0xff).Select(c => ((char)c).ToString());
        return format.Types.HasFlag(WireTypes.HalfPairs)
            ? Gen.Frequency((8, ascii), (3, latin), (3, bmp), (2, astral), (1, half))
            : Gen.Frequency((8, ascii), (3, latin), (3, bmp), (2, astral));
    }
}
