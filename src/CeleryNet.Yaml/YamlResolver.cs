using System.Text.RegularExpressions;

namespace CeleryNet.Yaml;

/// <summary>What a plain scalar is by its look, in YAML 1.1 as PyYAML has it. yaml/resolver.py Resolver</summary>
internal static partial class YamlResolver
{
    public static string Resolve(string value) => value switch
    {
        "" or "~" or "null" or "Null" or "NULL" => YamlTag.Null,
        "yes" or "Yes" or "YES" or "no" or "No" or "NO" or "true" or "True" or "TRUE" or "false" or "False" or "FALSE" or "on" or "On" or "ON" or "off" or "Off" or "OFF"
            => YamlTag.Bool,
        "<<" => YamlTag.Merge,
        "=" => YamlTag.Value,
        _ when value[0] is not ('-' or '+' or '.' or (>= '0' and <= '9')) => YamlTag.Str,
        _ when Float().IsMatch(value) => YamlTag.Float,
        _ when Int().IsMatch(value) => YamlTag.Int,
        _ when Timestamp().IsMatch(value) => YamlTag.Timestamp,
        _ => YamlTag.Str,
    };

    [GeneratedRegex(
        @"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?
            |\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?
            |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
            |[-+]?\.(?:inf|Inf|INF)
            |\.(?:nan|NaN|NAN))\z",
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Float();

    [GeneratedRegex(
        @"^(?:[-+]?0b[01_]+
            |[-+]?0[0-7_]+
            |[-+]?(?:0|[1-9][0-9_]*)
            |[-+]?0x[0-9a-fA-F_]+
            |[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)\z",
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Int();

    [GeneratedRegex(
        @"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}
            |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)\z",
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Timestamp();
}
