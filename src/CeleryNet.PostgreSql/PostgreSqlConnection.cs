using CeleryNet.Sql;
using Npgsql;

namespace CeleryNet.PostgreSql;

/// <summary>Npgsql's connection string out of the URL that SQLAlchemy, which hands its options to libpq, would have.</summary>
internal static class PostgreSqlConnection
{
    // libpq's names, and Npgsql's.
    private static readonly Dictionary<string, string> _options = new(StringComparer.Ordinal)
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["options"] = "Options",
        ["target_session_attrs"] = "Target Session Attributes",
        ["passfile"] = "Passfile",
    };

    /// <exception cref="CeleryConfigurationException">The URL is none, or has an option that is not known.</exception>
    public static NpgsqlDataSource Open(string url, PostgreSqlResultOptions options)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(Text(SqlUrl.Parse(url), options));
        builder.EnableTransportSecurity();
        builder.EnableIntegratedSecurity();
        return builder.Build();
    }

    private static string Text(SqlUrl url, PostgreSqlResultOptions options)
    {
        var text = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host ?? "localhost",
            Username = url.User,
            Password = url.Password,
            Database = url.Database.Length > 0 ? url.Database : url.User,
            ApplicationName = "celerynet",
            MaxPoolSize = options.MaxConnections,
            Timeout = (int)Math.Clamp(Math.Ceiling(options.Timeout.TotalSeconds), 1, 1024),
        };
        if (url.Port is { } port)
        {
            text.Port = port;
        }

        foreach (var (name, value) in url.Query)
        {
            if (!_options.TryGetValue(name, out var known))
            {
                throw new CeleryConfigurationException(
                    $"The URL of the PostgreSQL database has the option '{name}', which is not known; known: {string.Join(", ", _options.Keys)}.");
            }

            try
            {
                // "verify-full", "read-write": Npgsql has them without hyphens.
                text[known] = name is "sslmode" or "target_session_attrs" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
            catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
            {
                throw new CeleryConfigurationException($"The option '{name}' of the URL of the PostgreSQL database cannot be '{value}': {error.Message}", error);
            }
        }

        return text.ConnectionString;
    }
}
