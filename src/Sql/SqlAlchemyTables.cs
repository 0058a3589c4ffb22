namespace CeleryNet.Sql;

/// <summary>The names of the tables of Celery's <c>database</c> backend. celery/backends/database/models.py</summary>
internal sealed record SqlAlchemyTables(string? TaskSchema, string Task, string? GroupSchema, string Group)
{
    // Their names stay when those of the tables are changed.
    public const string TaskSequence = "task_id_sequence";
    public const string GroupSequence = "taskset_id_sequence";
}
