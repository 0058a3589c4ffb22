using System.Text;
using YamlDotNet.Core.Events;

namespace CeleryNet.Yaml;

/// <summary>The values that scalars stand for.</summary>
internal static class YamlScalar
{
    private const int LongestShown = 60;

    /// <summary>The scalar's own tag, or the one of its look, which counts in quotes too when there is a bare <c>!</c> before it.</summary>
    public static string TagOf(Scalar scalar) => YamlTag.IsExplicit(scalar.Tag) ? scalar.Tag.Value
        : scalar.IsPlainImplicit || scalar.Tag.IsNonSpecific ? YamlResolver.Resolve(scalar.Value)
        : YamlTag.Str;

    public static object? Read(Scalar scalar)
    {
        var tag = TagOf(scalar);
        try
        {
            return tag switch
            {
                YamlTag.Str => scalar.Value,
                YamlTag.Null => null,
                YamlTag.Bool => ReadBool(scalar.Value),
                YamlTag.Int => YamlNumber.ParseInt(scalar.Value),
                YamlTag.Float => YamlNumber.ParseFloat(scalar.Value),
                YamlTag.Timestamp => YamlTimestamp.Parse(scalar.Value),
                YamlTag.Binary => ReadBinary(scalar.Value),
                _ => throw YamlTag.Refuse(tag, scalar.Start),
            };
        }
        catch (Exception error) when (error is FormatException or ArgumentException or OverflowException)
        {
            throw new MalformedMessageException($"The YAML body has '{Shorten(scalar.Value)}' at {scalar.Start} for a '{tag}', which it is not: {error.Message}", error);
        }
    }

    /// <summary>What a message of an error shows of a text.</summary>
    public static string Shorten(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";

    private static bool ReadBool(string value) => value.ToLowerInvariant() switch
    {
        "yes" or "true" or "on" => true,
        "no" or "false" or "off" => false,
        _ => throw new FormatException("yes, no, true, false, on and off are."),
    };

    // Python's base64 skips whatever is no digit of it, and ends where the padding is complete.
    private static byte[] ReadBinary(string value)
    {
        if (!Ascii.IsValid(value))
        {
            throw new FormatException("base64 is ASCII.");
        }

        var digits = new StringBuilder(value.Length);
        var padding = 0;
        foreach (var c in value)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/')
            {
                digits.Append(c);
                padding = 0;
            }
            else if (c == '=' && digits.Length % 4 >= 2 && (digits.Length % 4) + ++padding == 4)
            {
                return Convert.FromBase64String(digits.Append('=', padding).ToString());
            }
        }

        return Convert.FromBase64String(digits.ToString());
    }
}
