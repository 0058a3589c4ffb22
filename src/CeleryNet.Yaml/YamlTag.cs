using YamlDotNet.Core;

namespace CeleryNet.Yaml;

/// <summary>The tags that <c>yaml.SafeLoader</c> knows. yaml/constructor.py SafeConstructor</summary>
internal static class YamlTag
{
    public const string Null = Prefix + "null";
    public const string Bool = Prefix + "bool";
    public const string Int = Prefix + "int";
    public const string Float = Prefix + "float";
    public const string Binary = Prefix + "binary";
    public const string Timestamp = Prefix + "timestamp";
    public const string Omap = Prefix + "omap";
    public const string Pairs = Prefix + "pairs";
    public const string Set = Prefix + "set";
    public const string Str = Prefix + "str";
    public const string Seq = Prefix + "seq";
    public const string Map = Prefix + "map";

    /// <summary>Of the key <c>&lt;&lt;</c>; no value can be built of it.</summary>
    public const string Merge = Prefix + "merge";

    /// <summary>Of the scalar <c>=</c>; a string where it is a key, and no value can be built of it.</summary>
    public const string Value = Prefix + "value";

    private const string Prefix = "tag:yaml.org,2002:";

    /// <summary>Whether a node has a tag of its own, so that it is not resolved by what it looks like.</summary>
    public static bool IsExplicit(TagName tag) => !tag.IsEmpty && !tag.IsNonSpecific;

    public static MalformedMessageException Refuse(string tag, Mark at) => tag.StartsWith(Prefix, StringComparison.Ordinal) && IsKnown(tag)
        ? new($"The YAML body has the tag '{tag}' on a node of another kind at {at}.")
        : new($"The YAML body has the tag '{YamlScalar.Shorten(tag)}' at {at}; no object is built of it, only of the types that Python's safe_load knows: "
            + "null, bool, int, float, str, binary, timestamp, seq, map, set, omap, pairs.");

    private static bool IsKnown(string tag)
        => tag is Null or Bool or Int or Float or Binary or Timestamp or Omap or Pairs or Set or Str or Seq or Map;
}
