using System.Globalization;
using CeleryNet.Extensibility;

namespace CeleryNet.Serialization;

/// <summary>The strings that kombu before 5.3 put into JSON for what JSON has no word for. kombu/utils/json.py JSONEncoder.default</summary>
internal static class PlainText
{
    private const string Utc = "+00:00";

    public static string? Of(object? value) => value switch
    {
        DateTimeOffset instant => WithZ(PythonTime.Format(instant)),
        DateTime time => WithZ(PythonTime.Format(time)),
        // A date was turned into a datetime first.
        DateOnly date => PythonTime.Format(date.ToDateTime(TimeOnly.MinValue)),
        TimeOnly time => PythonTime.Format(time),
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        Guid id => id.ToString(),
        TaggedText { Type: TypeTag.DateTime } tagged => WithZ(tagged.Text),
        TaggedText tagged => tagged.Text,
        _ => null,
    };

    private static string WithZ(string text) => text.EndsWith(Utc, StringComparison.Ordinal) ? string.Concat(text.AsSpan(0, text.Length - Utc.Length), "Z") : text;
}
