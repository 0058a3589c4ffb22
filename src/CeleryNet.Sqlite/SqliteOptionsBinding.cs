using CeleryNet.Extensibility;
using Microsoft.Extensions.Configuration;

namespace CeleryNet.Sqlite;

/// <summary>Binds the options to the configuration section <c>Celery:Sqlite</c> and to Celery's own settings.</summary>
internal sealed class SqliteOptionsBinding(IConfiguration root) : CeleryOptionsBinding(root, "Celery:Sqlite")
{
    public void Bind(SqliteResultOptions options)
    {
        Text("TaskTable", "database_table_names:task", value => options.TaskTable = value);
        Text("GroupTable", "database_table_names:group", value => options.GroupTable = value);
        Text("DjangoDatabase", null, value => options.DjangoDatabase = value);
        Span("Timeout", null, value => options.Timeout = value);
        Span("MaxPollInterval", null, value => options.MaxPollInterval = value);
    }
}
