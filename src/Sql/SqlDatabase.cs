using System.Data.Common;

namespace CeleryNet.Sql;

/// <summary>A database and what is peculiar to its kind. Safe for concurrent use; opens a connection of its pool for each piece of work.</summary>
internal abstract class SqlDatabase : IAsyncDisposable
{
    /// <summary>How long one piece of work may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Does something with a connection.</summary>
    public abstract Task<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Changes something; may be done together with other changes. The token that the work gets need not be the one given here.</summary>
    public abstract Task WriteAsync(Func<DbConnection, CancellationToken, Task> work, CancellationToken cancellationToken);

    /// <summary>A time for a column without a zone, which holds UTC.</summary>
    public abstract object Naive(DateTimeOffset time);

    /// <summary>A time for a column with a zone.</summary>
    public abstract object Aware(DateTimeOffset time);

    /// <summary>The expression of a new row's number; null where the database numbers rows by itself.</summary>
    public abstract string? NextId(string? schema, string sequence);

    /// <summary>What makes the tables of <see cref="SqlAlchemyTables"/> where they are not there, as SQLAlchemy does.</summary>
    public abstract string CreateTables(SqlAlchemyTables tables);

    /// <summary>Whether a table is not there.</summary>
    public abstract bool IsMissingTable(DbException error);

    /// <summary>Whether somebody else has made a table at the same moment.</summary>
    public abstract bool IsMadeMeanwhile(DbException error);

    /// <summary>Whether a value can never be stored: too long, or not of the column's type.</summary>
    public abstract bool IsRefusedValue(DbException error);

    public abstract ValueTask DisposeAsync();
}
