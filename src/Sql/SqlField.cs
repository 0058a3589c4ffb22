using System.Data;

namespace CeleryNet.Sql;

/// <summary>One column of a row that is written.</summary>
/// <param name="Column">The column.</param>
/// <param name="Type">Its type: PostgreSQL takes what it is not told to be a text.</param>
/// <param name="Value">The value; null for NULL.</param>
/// <param name="OnInsertOnly">Whether a row that is there keeps its own.</param>
internal readonly record struct SqlField(string Column, DbType Type, object? Value, bool OnInsertOnly = false);
