namespace CeleryNet.Sql;

/// <summary>
/// The text that puts a row in the place of the one with its key. Two statements: the first does it where there is one; the second inserts, or, when
/// somebody else has inserted since, does what the first did. (An insert that always comes first would use up a number for each state of a task.)
/// </summary>
internal static class SqlUpsert
{
    /// <param name="table">The table, quoted.</param>
    /// <param name="key">The field that is unique.</param>
    /// <param name="fields">The other fields.</param>
    /// <param name="nextId">The expression of a new row's number; null where the database numbers rows by itself.</param>
    /// <param name="guard">A column and a value that keeps a row as it is; null for none.</param>
    public static string Text(string table, SqlField key, IReadOnlyList<SqlField> fields, string? nextId, (string Column, string Value)? guard)
    {
        var changed = fields.Where(field => !field.OnInsertOnly).Select(field => field.Column).ToArray();
        var all = fields.Select(field => field.Column).Prepend(key.Column).ToArray();
        var (unless, unlessStored) = guard is { } kept
            ? ($" AND coalesce({kept.Column}, '') <> '{kept.Value}'", $" WHERE coalesce(stored.{kept.Column}, '') <> '{kept.Value}'")
            : ("", "");
        var (id, number) = nextId is null ? ("", "") : ("id, ", $"{nextId}, ");
        return $"""
            UPDATE {table} SET {string.Join(", ", changed.Select(column => $"{column} = @{column}"))} WHERE {key.Column} = @{key.Column}{unless};
            INSERT INTO {table} AS stored ({id}{string.Join(", ", all)})
            SELECT {number}{string.Join(", ", all.Select(column => $"@{column}"))} WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {key.Column} = @{key.Column})
            ON CONFLICT ({key.Column}) DO UPDATE SET {string.Join(", ", changed.Select(column => $"{column} = excluded.{column}"))}{unlessStored};
            """;
    }
}
