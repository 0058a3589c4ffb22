using System.Text;

namespace CeleryNet.Serialization;

/// <summary>
/// Gives texts that come again and again, such as the names of headers and of tasks, as the same strings. Few are kept, and one gives way to another: it is
/// for texts of which there are few. Safe for concurrent use, since a place holds a whole string or another.
/// </summary>
internal sealed class RecentStrings
{
    private const int Places = 1024;
    private const int Longest = 96;

    private readonly string?[] _strings = new string?[Places];

    /// <summary>The names that come in rows.</summary>
    public RecentNames Names { get; } = new();

    /// <summary>The string of a text in UTF-8 without escapes.</summary>
    public string Get(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > Longest)
        {
            return Encoding.UTF8.GetString(text);
        }

        // Two places for each, the one used last first: one alone would have texts that share it push each other out for ever.
        var place = PlaceOf(text);
        ref var first = ref _strings[place];
        if (first is { } recent && Ascii.Equals(text, recent))
        {
            return recent;
        }

        ref var second = ref _strings[place ^ 1];
        if (second is { } older && Ascii.Equals(text, older))
        {
            return older;
        }

        second = first;
        return first = Encoding.UTF8.GetString(text);
    }

    // Which text gets which place is of no consequence but for speed.
    private static int PlaceOf(ReadOnlySpan<byte> text)
    {
        var hash = 2166136261u;
        foreach (var each in text)
        {
            hash = (hash ^ each) * 16777619;
        }

        return (int)((hash ^ (hash >> 16)) % Places);
    }
}
