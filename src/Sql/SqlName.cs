namespace CeleryNet.Sql;

/// <summary>Names in SQL text.</summary>
internal static class SqlName
{
    /// <summary>A name in quotes, whatever is in it.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A name with its schema, if there is one.</summary>
    public static string Quote(string? schema, string name) => schema is null ? Quote(name) : $"{Quote(schema)}.{Quote(name)}";
}
