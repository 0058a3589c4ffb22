using CeleryNet.Extensibility;
using Microsoft.Extensions.Configuration;

namespace CeleryNet.PostgreSql;

/// <summary>Binds the options to the configuration section <c>Celery:PostgreSql</c> and to Celery's own settings.</summary>
internal sealed class PostgreSqlOptionsBinding(IConfiguration root) : CeleryOptionsBinding(root, "Celery:PostgreSql")
{
    public void Bind(PostgreSqlResultOptions options)
    {
        Text("TaskTable", "database_table_names:task", value => options.TaskTable = value);
        Text("GroupTable", "database_table_names:group", value => options.GroupTable = value);
        Text("TaskSchema", "database_table_schemas:task", value => options.TaskSchema = value);
        Text("GroupSchema", "database_table_schemas:group", value => options.GroupSchema = value);
        Text("DjangoDatabase", null, value => options.DjangoDatabase = value);
        Span("Timeout", null, value => options.Timeout = value);
        Number("MaxConnections", null, value => options.MaxConnections = value);
        Span("MaxPollInterval", null, value => options.MaxPollInterval = value);
    }
}
