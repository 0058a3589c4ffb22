using System.Globalization;
using System.Numerics;

namespace CeleryNet.Serialization;

/// <summary>Keys of maps that are no strings: as <c>json.dumps</c> writes them, and as texts those of which it writes none.</summary>
internal static class WireKey
{
    public static string Of(object? key) => key switch
    {
        string text => text,
        null or DBNull => "null",
        bool flag => flag ? "true" : "false",
        double number => PythonFloat.Key(number),
        float number => PythonFloat.Key(number),
        BigInteger number => PythonInteger.Format(number),
        long or int or ulong or uint or short or ushort or byte or sbyte => Convert.ToString(key, CultureInfo.InvariantCulture)!,
        _ => PlainText.Of(key) ?? throw new MalformedMessageException(
            $"A map has a key of type {key.GetType()}; strings, numbers, booleans, null, dates, times and UUIDs can be keys."),
    };
}
