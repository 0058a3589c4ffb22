using System.Text.RegularExpressions;
using CeleryNet.Routing;

namespace CeleryNet.Control;

/// <summary>Whether a command is for a node. kombu/pidbox.py Node.handle_message, kombu/matcher.py</summary>
internal static class NodeFilter
{
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(200);

    /// <exception cref="MalformedMessageException">The pattern is none, or of an unknown kind.</exception>
    public static bool IsFor(ControlMessage message, string hostname)
    {
        if (message.Destination is { } nodes)
        {
            return nodes.Contains(hostname, StringComparer.Ordinal);
        }

        return string.IsNullOrEmpty(message.Pattern) || string.IsNullOrEmpty(message.Matcher) || Fits(hostname, message.Pattern, message.Matcher);
    }

    private static bool Fits(string hostname, string pattern, string matcher)
    {
        try
        {
            return matcher switch
            {
                "glob" => GlobPattern.ToRegex(pattern).IsMatch(hostname),

                // re.match: from the beginning, but not to the end.
                "pcre" => new Regex($@"\A(?:{pattern})", RegexOptions.CultureInvariant, _patience).IsMatch(hostname),
                _ => throw new MalformedMessageException($"Its matcher '{matcher}' is not known here; known: glob, pcre."),
            };
        }
        catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
        {
            throw new MalformedMessageException($"Its pattern '{pattern}' cannot be used: {error.Message}", error);
        }
    }
}
