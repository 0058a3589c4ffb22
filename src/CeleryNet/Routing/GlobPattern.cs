using System.Text;
using System.Text.RegularExpressions;

namespace CeleryNet.Routing;

/// <summary>A shell pattern as a regular expression over the whole text: <c>*</c>, <c>?</c>, <c>[set]</c>, <c>[!set]</c>. Python's fnmatch.translate</summary>
internal static class GlobPattern
{
    private const string Anything = ".*";
    private const string Nothing = @"[^\s\S]";

    public static Regex ToRegex(string pattern)
    {
        var text = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    text.Append(Anything);
                    break;
                case '?':
                    text.Append('.');
                    break;
                case '[' when EndOfSet(pattern, i) is var end and > 0:
                    text.Append(Set(pattern[(i + 1)..end]));
                    i = end;
                    break;
                default:
                    text.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        // Without backtracking many stars cost no more than one.
        return new Regex(text.Append(@"\z").ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    // A bracket that stands first in a set belongs to it; one that is never closed stands for itself.
    private static int EndOfSet(string pattern, int open)
    {
        var first = open + 1;
        if (first < pattern.Length && pattern[first] == '!')
        {
            first++;
        }

        return first < pattern.Length ? pattern.IndexOf(']', first + (pattern[first] == ']' ? 1 : 0)) : -1;
    }

    private static string Set(string content)
    {
        var isNegated = content[0] == '!';
        var text = new StringBuilder();
        for (var i = isNegated ? 1 : 0; i < content.Length; i++)
        {
            if (i + 2 < content.Length && content[i + 1] == '-')
            {
                // A range that runs backwards holds nothing.
                if (content[i] <= content[i + 2])
                {
                    text.Append(Escape(content[i])).Append('-').Append(Escape(content[i + 2]));
                }

                i += 2;
            }
            else
            {
                text.Append(Escape(content[i]));
            }
        }

        return text.Length == 0 ? isNegated ? "." : Nothing : $"[{(isNegated ? "^" : "")}{text}]";
    }

    private static string Escape(char character) => $@"\u{(int)character:x4}";
}
