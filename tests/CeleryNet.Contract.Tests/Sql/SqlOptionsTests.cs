using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CeleryNet.Contract.Tests.Sql;

/// <summary>Where the options of results in databases come from, and which values they may have.</summary>
public sealed class SqlOptionsTests
{
    [Fact]
    public void PostgreSql_options_come_from_their_section()
    {
        var options = PostgreSql(new()
        {
            ["Celery:PostgreSql:TaskTable"] = "tasks",
            ["Celery:PostgreSql:GroupTable"] = "groups",
            ["Celery:PostgreSql:TaskSchema"] = "one",
            ["Celery:PostgreSql:GroupSchema"] = "two",
            ["Celery:PostgreSql:DjangoDatabase"] = "postgresql://h/d",
            ["Celery:PostgreSql:Timeout"] = "5",
            ["Celery:PostgreSql:MaxConnections"] = "3",
            ["Celery:PostgreSql:MaxPollInterval"] = "00:00:02",
        });

        (options.TaskTable, options.GroupTable, options.TaskSchema, options.GroupSchema).ShouldBe(("tasks", "groups", "one", "two"));
        (options.DjangoDatabase, options.Timeout, options.MaxConnections, options.MaxPollInterval).ShouldBe(
            ("postgresql://h/d", TimeSpan.FromSeconds(5), 3, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Names_of_tables_and_schemas_come_from_the_settings_of_Celery_too()
    {
        var options = PostgreSql(new()
        {
            ["Celery:database_table_names:task"] = "tasks",
            ["Celery:database_table_names:group"] = "groups",
            ["Celery:database_table_schemas:task"] = "one",
            ["Celery:database_table_schemas:group"] = "two",
        });

        (options.TaskTable, options.GroupTable, options.TaskSchema, options.GroupSchema).ShouldBe(("tasks", "groups", "one", "two"));
    }

    [Fact]
    public void Sqlite_options_come_from_their_section_and_from_the_settings_of_Celery()
    {
        var options = Sqlite(new()
        {
            ["Celery:database_table_names:task"] = "tasks",
            ["Celery:Sqlite:GroupTable"] = "groups",
            ["Celery:Sqlite:DjangoDatabase"] = "sqlite:////f",
            ["Celery:Sqlite:Timeout"] = "5",
            ["Celery:Sqlite:MaxPollInterval"] = "2",
        });

        (options.TaskTable, options.GroupTable, options.DjangoDatabase).ShouldBe(("tasks", "groups", "sqlite:////f"));
        (options.Timeout, options.MaxPollInterval).ShouldBe((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)));
    }

    [Theory]
    [InlineData("TaskTable", " ", "must not be empty")]
    [InlineData("GroupTable", " ", "must not be empty")]
    [InlineData("Timeout", "0.5", "must be 00:00:01 to 00:10:00, was 00:00:00.5000000")]
    [InlineData("Timeout", "601", "must be 00:00:01 to 00:10:00, was 00:10:01")]
    [InlineData("MaxPollInterval", "0.001", "must be 00:00:00.0100000 to 00:01:00")]
    [InlineData("DjangoDatabase", "mysql://u:secret@h/d", "must be a URL such as")]
    public void Bad_value_is_an_error_with_key_and_rule(string key, string value, string rule)
    {
        foreach (var read in new Action[]
        {
            () => PostgreSql(new() { [$"Celery:PostgreSql:{key}"] = value }),
            () => Sqlite(new() { [$"Celery:Sqlite:{key}"] = value }),
        })
        {
            var message = Should.Throw<OptionsValidationException>(read).Message;
            message.ShouldContain($"Property {key}: {rule}");
            message.ShouldNotContain("secret");
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    public void Number_of_connections_has_bounds(string value)
        => Should.Throw<OptionsValidationException>(() => PostgreSql(new() { ["Celery:PostgreSql:MaxConnections"] = value })).Message.ShouldContain(
            $"Property MaxConnections: must be 1 to 1000, was {value}");

    private static PostgreSqlResultOptions PostgreSql(Dictionary<string, string?> settings) => Read<PostgreSqlResultOptions>(settings, celery => celery.AddPostgreSqlResults());

    private static SqliteResultOptions Sqlite(Dictionary<string, string?> settings) => Read<SqliteResultOptions>(settings, celery => celery.AddSqliteResults());

    private static T Read<T>(Dictionary<string, string?> settings, Action<CeleryBuilder> add)
        where T : class
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        add(services.AddCelery());
        using var host = services.BuildServiceProvider();
        return host.GetRequiredService<IOptions<T>>().Value;
    }
}
