using System.Numerics;
using System.Text;
using CeleryNet.Extensibility;

namespace CeleryNet.Pickle.Reading;

/// <summary>A list, which can be appended to; a tuple is an array.</summary>
internal sealed class PickledList : List<object?>;

/// <summary>A set; in a message of this library it is a list.</summary>
internal sealed class PickledSet : List<object?>;

/// <summary>A dict. Keys become strings, as Python's JSON writes them.</summary>
internal sealed class PickledMap(ReadingBudget budget) : OrderedDictionary<string, object?>(StringComparer.Ordinal)
{
    // The texts of keys that were no strings.
    private HashSet<string>? _converted;

    public void Set(object? key, object? value)
    {
        var text = KeyText(key);
        budget.Charge(ReadingBudget.EntrySize);
        budget.ChargeText(text.Length);
        var isConverted = key is not string;
        if (ContainsKey(text) && isConverted != (_converted?.Contains(text) ?? false))
        {
            throw Refusal.Because($"a dict has the key {Refusal.Shown(text)} both as a string and as another type; in a message they are one");
        }

        if (isConverted)
        {
            (_converted ??= new HashSet<string>(StringComparer.Ordinal)).Add(text);
        }

        this[text] = value;
    }

    private static string KeyText(object? key) => key switch
    {
        string text => text,
        null => "null",
        true => "true",
        false => "false",
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        long or BigInteger or double => Encoding.UTF8.GetString(WireJson.FromObject(key, new ContentLimits()).Span),
        NotData other => throw other.Refuse(),
        _ => throw Refusal.Because($"a dict has a key of type {Refusal.TypeName(key)}; strings, numbers, booleans and None can be keys"),
    };
}
