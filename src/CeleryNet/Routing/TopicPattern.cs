namespace CeleryNet.Routing;

/// <summary>The pattern of a binding to a topic exchange: words between dots, <c>*</c> stands for one word, <c>#</c> for any number of them.</summary>
internal static class TopicPattern
{
    public const string OneWord = "*";
    public const string AnyWords = "#";

    public static bool Matches(string pattern, string routingKey) => Matches(pattern.Split('.'), routingKey.Split('.'));

    /// <summary>Whether a text, taken for a pattern, stands for itself alone.</summary>
    public static bool IsLiteral(string text) => !text.Split('.').Any(word => word is OneWord or AnyWords);

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> words)
    {
        while (pattern.Length > 0)
        {
            if (pattern[0] == AnyWords)
            {
                for (var skipped = 0; skipped <= words.Length; skipped++)
                {
                    if (Matches(pattern[1..], words[skipped..]))
                    {
                        return true;
                    }
                }

                return false;
            }

            if (words.Length == 0 || (pattern[0] != OneWord && pattern[0] != words[0]))
            {
                return false;
            }

            pattern = pattern[1..];
            words = words[1..];
        }

        return words.Length == 0;
    }
}
