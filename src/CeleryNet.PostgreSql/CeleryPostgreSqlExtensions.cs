using CeleryNet.Extensibility;
using CeleryNet.PostgreSql;
using CeleryNet.Sql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CeleryNet;

/// <summary>Adds results in PostgreSQL.</summary>
public static class CeleryPostgreSqlExtensions
{
    // Whichever driver SQLAlchemy is told to use.
    private static readonly string[] _dialects = ["postgresql", "postgres", "postgresql+psycopg2", "postgresql+psycopg", "postgresql+pg8000", "postgresql+asyncpg"];

    /// <summary>
    /// Adds the result backends <c>db+postgresql://user:password@host/database</c>, the tables of Celery's <c>database</c> backend, and
    /// <c>django-db+postgresql://…</c>, those of django-celery-results. Their options are bound from the configuration section <c>Celery:PostgreSql</c> first.
    /// </summary>
    /// <param name="celery">What to add them to.</param>
    /// <param name="configure">Changes their options; null leaves them.</param>
    /// <remarks>
    /// The tables of <c>db+postgresql</c> are made where they are not there, as by Celery; those of django-celery-results are Django's to make. Mirrors
    /// <c>result_backend = "db+postgresql://…"</c> and <c>"django-db"</c>.
    /// </remarks>
    public static CeleryBuilder AddPostgreSqlResults(this CeleryBuilder celery, Action<PostgreSqlResultOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(celery);
        var services = celery.Services;
        services.AddOptions<PostgreSqlResultOptions>().ValidateOnStart();
        services.AddSingleton<IConfigureOptions<PostgreSqlResultOptions>>(provider => new ConfigureOptions<PostgreSqlResultOptions>(options =>
        {
            if (provider.GetService<IConfiguration>() is { } configuration)
            {
                new PostgreSqlOptionsBinding(configuration).Bind(options);
            }
        }));
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlResultOptions>, PostgreSqlResultOptionsValidator>());
        foreach (var dialect in _dialects)
        {
            celery.AddResultBackend($"db+{dialect}", CreateCelery).AddResultBackend($"django-db+{dialect}", context => CreateDjango(context, context.Url));
        }

        return celery.AddResultBackend("django-db", context => CreateDjango(
            context,
            Options(context).DjangoDatabase ?? throw new CeleryConfigurationException(
                "ResultBackend 'django-db' does not say where the database is: set Celery:PostgreSql:DjangoDatabase, or ResultBackend to 'django-db+postgresql://user:password@host/database'.")));
    }

    private static SqlAlchemyResultBackend CreateCelery(ResultBackendContext context)
    {
        var options = Options(context);
        var tables = new SqlAlchemyTables(options.TaskSchema, options.TaskTable, options.GroupSchema, options.GroupTable);
        return new SqlAlchemyResultBackend(Open(context.Url, options), tables, context.Format, context.Time) { Longest = options.MaxPollInterval };
    }

    private static DjangoResultBackend CreateDjango(ResultBackendContext context, string url)
        => new(Open(url, Options(context)), context.Format, context.Time) { Longest = Options(context).MaxPollInterval };

    private static PostgreSqlDatabase Open(string url, PostgreSqlResultOptions options)
        => new(PostgreSqlConnection.Open(url, options)) { Timeout = options.Timeout };

    private static PostgreSqlResultOptions Options(ResultBackendContext context) => context.Services.GetRequiredService<IOptions<PostgreSqlResultOptions>>().Value;
}
