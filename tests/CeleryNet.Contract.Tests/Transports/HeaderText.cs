using System.Globalization;
using CeleryNet.Protocol;

namespace CeleryNet.Contract.Tests.Transports;

/// <summary>Renders headers with the types of their values, so that two tables can be compared and a difference can be read.</summary>
internal static class HeaderText
{
    public static string Of(MessageHeaders headers)
        => string.Join('\n', headers.Items.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => $"{item.Key} = {Of(item.Value)}"));

    public static string Of(object? value) => value switch
    {
        null => "null",
        string text => $"string '{text}'",
        object?[] list => $"list [{string.Join(", ", list.Select(Of))}]",
        IReadOnlyDictionary<string, object?> table
            => $"table {{{string.Join(", ", table.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => $"{item.Key}: {Of(item.Value)}"))}}}",
        double number => string.Create(CultureInfo.InvariantCulture, $"double {number:R}"),
        IFormattable other => $"{other.GetType().Name} {other.ToString(null, CultureInfo.InvariantCulture)}",
        _ => $"{value.GetType().Name} {value}",
    };
}
