namespace CeleryNet.Pickle.Reading;

/// <summary>Why a pickle is not read.</summary>
internal static class Refusal
{
    private const int LongestName = 100;

    public static MalformedMessageException Because(string what) => new($"The pickle cannot be read: {what}.");

    /// <summary>For what Python would call, or hand to a class's code, to make the value.</summary>
    public static MalformedMessageException WouldCall(string module, string name) => new(
        $"To read the pickle would call code: {Shown(module)}.{Shown(name)}; only data is read here. Send plain values, or use json.");

    /// <summary>A name out of a message, fit for a line of a log.</summary>
    public static string Shown(string name)
    {
        var length = Math.Min(name.Length, LongestName);
        return string.Create(length, name, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) ? '?' : text[i];
            }
        }) + (name.Length > length ? "…" : "");
    }

    /// <summary>What Python calls the type of a value.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "None",
        bool => "bool",
        long or System.Numerics.BigInteger => "int",
        double => "float",
        string => "str",
        byte[] => "bytes",
        PickledSet => "set",
        PickledMap => "dict",
        object?[] => "tuple",
        List<object?> => "list",
        NotData other => other.Name,
        TimeSpan => "timedelta",
        Guid => "UUID",
        System.Numerics.Complex => "complex",
        CeleryNet.Extensibility.TaggedText tagged => tagged.Type,
        _ => value.GetType().Name,
    };
}
