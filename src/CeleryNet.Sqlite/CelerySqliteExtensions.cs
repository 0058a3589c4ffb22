using CeleryNet.Extensibility;
using CeleryNet.Sql;
using CeleryNet.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CeleryNet;

/// <summary>Adds results in SQLite.</summary>
public static class CelerySqliteExtensions
{
    // Whichever driver SQLAlchemy is told to use.
    private static readonly string[] _dialects = ["sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"];

    /// <summary>
    /// Adds the result backends <c>db+sqlite:////path/to/file</c>, the tables of Celery's <c>database</c> backend, and
    /// <c>django-db+sqlite:////path/to/file</c>, those of django-celery-results. Their options are bound from the configuration section <c>Celery:Sqlite</c> first.
    /// </summary>
    /// <param name="celery">What to add them to.</param>
    /// <param name="configure">Changes their options; null leaves them.</param>
    /// <remarks>
    /// The tables of <c>db+sqlite</c> are made where they are not there, as by Celery; those of django-celery-results are Django's to make. Mirrors
    /// <c>result_backend = "db+sqlite://…"</c> and <c>"django-db"</c>.
    /// </remarks>
    public static CeleryBuilder AddSqliteResults(this CeleryBuilder celery, Action<SqliteResultOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(celery);
        var services = celery.Services;
        services.AddOptions<SqliteResultOptions>().ValidateOnStart();
        services.AddSingleton<IConfigureOptions<SqliteResultOptions>>(provider => new ConfigureOptions<SqliteResultOptions>(options =>
        {
            if (provider.GetService<IConfiguration>() is { } configuration)
            {
                new SqliteOptionsBinding(configuration).Bind(options);
            }
        }));
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteResultOptions>, SqliteResultOptionsValidator>());
        foreach (var dialect in _dialects)
        {
            celery.AddResultBackend($"db+{dialect}", CreateCelery).AddResultBackend($"django-db+{dialect}", context => CreateDjango(context, context.Url));
        }

        return celery.AddResultBackend("django-db", context => CreateDjango(
            context,
            Options(context).DjangoDatabase ?? throw new CeleryConfigurationException(
                "ResultBackend 'django-db' does not say where the database is: set Celery:Sqlite:DjangoDatabase, or ResultBackend to 'django-db+sqlite:////path/to/db.sqlite3'.")));
    }

    private static SqlAlchemyResultBackend CreateCelery(ResultBackendContext context)
    {
        var options = Options(context);
        var tables = new SqlAlchemyTables(null, options.TaskTable, null, options.GroupTable);
        return new SqlAlchemyResultBackend(Open(context.Url, options, SqliteOpenMode.ReadWriteCreate), tables, context.Format, context.Time) { Longest = options.MaxPollInterval };
    }

    private static DjangoResultBackend CreateDjango(ResultBackendContext context, string url)
        => new(Open(url, Options(context), SqliteOpenMode.ReadWrite), context.Format, context.Time) { Longest = Options(context).MaxPollInterval };

    // Three slashes stand before a relative path, four before an absolute one, as in SQLAlchemy. A database in memory would be seen by nobody else.
    private static SqliteDatabase Open(string url, SqliteResultOptions options, SqliteOpenMode mode)
    {
        var parts = SqlUrl.Parse(url);
        if (parts.Host is not null || parts.Database is "" or ":memory:" || parts.Query.Count > 0)
        {
            throw new CeleryConfigurationException($"The URL of a SQLite database must be a path alone, as in 'sqlite:////var/results.db' or 'sqlite:///results.db'; was '{url}'.");
        }

        var text = new SqliteConnectionStringBuilder { DataSource = parts.Database, Mode = mode, DefaultTimeout = (int)Math.Ceiling(options.Timeout.TotalSeconds) };
        return new SqliteDatabase(text.ConnectionString) { Timeout = options.Timeout };
    }

    private static SqliteResultOptions Options(ResultBackendContext context) => context.Services.GetRequiredService<IOptions<SqliteResultOptions>>().Value;
}
