using System.Data.Common;
using System.Globalization;

namespace CeleryNet.Sql;

/// <summary>The row a reader stands on. Columns are found by their names: older tables have fewer, newer ones may have more.</summary>
internal readonly struct SqlRow(DbDataReader reader)
{
    public string? Text(string column) => Value(column) as string;

    public byte[]? Bytes(string column) => Value(column) as byte[];

    public int Integer(string column) => Value(column) is { } value ? Convert.ToInt32(value, CultureInfo.InvariantCulture) : 0;

    /// <summary>A time, with or without a zone; without one it is UTC.</summary>
    public DateTimeOffset? Time(string column) => Value(column) switch
    {
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) => time,
        _ => null,
    };

    private object? Value(string column)
    {
        for (var i = 0; i < reader.FieldCount; i++)
        {
            if (reader.GetName(i) == column)
            {
                return reader.IsDBNull(i) ? null : reader.GetValue(i);
            }
        }

        return null;
    }
}
