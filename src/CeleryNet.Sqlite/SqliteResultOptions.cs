namespace CeleryNet;

/// <summary>The options of results in SQLite, bound from the configuration section <c>Celery:Sqlite</c>.</summary>
public sealed class SqliteResultOptions
{
    /// <summary>The table of tasks of <c>db+sqlite://</c>. Mirrors <c>database_table_names["task"]</c>.</summary>
    /// <value>The default is <c>celery_taskmeta</c>.</value>
    public string TaskTable { get; set; } = "celery_taskmeta";

    /// <summary>The table of groups of <c>db+sqlite://</c>. Mirrors <c>database_table_names["group"]</c>.</summary>
    /// <value>The default is <c>celery_tasksetmeta</c>.</value>
    public string GroupTable { get; set; } = "celery_tasksetmeta";

    /// <summary>
    /// Where Django's database is when <c>ResultBackend</c> is <c>django-db</c>: <c>sqlite:////path/to/db.sqlite3</c>. Celery takes it from Django's own settings.
    /// (<c>django-db+sqlite:////path/to/db.sqlite3</c> as <c>ResultBackend</c> needs no such option.)
    /// </summary>
    /// <value>The default is null: <c>django-db</c> is not this package's.</value>
    public string? DjangoDatabase { get; set; }

    /// <summary>How long one statement may take, the wait for other processes that write included.</summary>
    /// <value>The default is 30 seconds; 1 second to 10 minutes.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause between two questions for a result that is waited for.</summary>
    /// <value>The default is 500 milliseconds, as in Celery; 10 milliseconds to 1 minute.</value>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromMilliseconds(500);
}
