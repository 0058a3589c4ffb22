using System.Text;
using YamlDotNet.Core.Events;

namespace CeleryNet.Yaml;

/// <summary>The values that scalars stand for.</summary>
internal static class YamlScalar
{
    private const int LongestShown = 60;

    /// <summary>The scalar's own tag, or the one of its look.</summary>
    public static string TagOf(Scalar scalar) => YamlTag.IsExplicit(scalar.Tag) ? scalar.Tag.Value
        : scalar.IsPlainImplicit ? YamlResolver.Resolve(scalar.Value)
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
            var shown = scalar.Value.Length <= LongestShown ? scalar.Value : scalar.Value[..LongestShown] + "…";
            throw new MalformedMessageException($"The YAML body has '{shown}' at {scalar.Start} for a '{tag}', which it is not: {error.Message}", error);
        }
    }

    private static bool ReadBool(string value) => value.ToLowerInvariant() switch
    {
        "yes" or "true" or "on" => true,
        "no" or "false" or "off" => false,
        _ => throw new FormatException("yes, no, true, false, on and off are."),
    };

    // Python's base64 skips whatever is no digit of it.
    private static byte[] ReadBinary(string value)
    {
        var digits = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=')
            {
                digits.Append(c);
            }
            else if (!char.IsAscii(c))
            {
                throw new FormatException("base64 is ASCII.");
            }
        }

        return Convert.FromBase64String(digits.ToString());
    }
}
