namespace CeleryNet;

/// <summary>The options of results in PostgreSQL, bound from the configuration section <c>Celery:PostgreSql</c>.</summary>
public sealed class PostgreSqlResultOptions
{
    /// <summary>The table of tasks of <c>db+postgresql://</c>. Mirrors <c>database_table_names["task"]</c>.</summary>
    /// <value>The default is <c>celery_taskmeta</c>.</value>
    public string TaskTable { get; set; } = "celery_taskmeta";

    /// <summary>The table of groups of <c>db+postgresql://</c>. Mirrors <c>database_table_names["group"]</c>.</summary>
    /// <value>The default is <c>celery_tasksetmeta</c>.</value>
    public string GroupTable { get; set; } = "celery_tasksetmeta";

    /// <summary>The schema of <see cref="TaskTable"/> and its sequence. Mirrors <c>database_table_schemas["task"]</c>.</summary>
    /// <value>The default is null: the one the database takes, which mostly is <c>public</c>.</value>
    public string? TaskSchema { get; set; }

    /// <summary>The schema of <see cref="GroupTable"/> and its sequence. Mirrors <c>database_table_schemas["group"]</c>.</summary>
    /// <value>The default is null: the one the database takes, which mostly is <c>public</c>.</value>
    public string? GroupSchema { get; set; }

    /// <summary>
    /// Where Django's database is when <c>ResultBackend</c> is <c>django-db</c>, as in its settings: <c>postgresql://user:password@host/database</c>. Celery takes it
    /// from Django's own settings. (<c>django-db+postgresql://user:password@host/database</c> as <c>ResultBackend</c> needs no such option.)
    /// </summary>
    /// <value>The default is null: <c>django-db</c> is not this package's.</value>
    public string? DjangoDatabase { get; set; }

    /// <summary>How long one statement, or the wait for a connection, may take.</summary>
    /// <value>The default is 30 seconds; 1 second to 10 minutes.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many connections are open at most; who needs one more waits.</summary>
    /// <value>The default is 10; 1 to 1000.</value>
    public int MaxConnections { get; set; } = 10;

    /// <summary>The longest pause between two questions for a result that is waited for.</summary>
    /// <value>The default is 500 milliseconds, as in Celery; 10 milliseconds to 1 minute.</value>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromMilliseconds(500);
}
