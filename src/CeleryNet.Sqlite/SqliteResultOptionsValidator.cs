using Microsoft.Extensions.Options;

namespace CeleryNet.Sqlite;

/// <summary>Checks the options when the host starts.</summary>
internal sealed class SqliteResultOptionsValidator : IValidateOptions<SqliteResultOptions>
{
    public ValidateOptionsResult Validate(string? name, SqliteResultOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        foreach (var (key, table) in new[] { (nameof(options.TaskTable), options.TaskTable), (nameof(options.GroupTable), options.GroupTable) })
        {
            if (string.IsNullOrWhiteSpace(table))
            {
                result.AddError("must not be empty; leave it out for the one that Celery has", key);
            }
        }

        CheckRange(result, nameof(options.Timeout), options.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        CheckRange(result, nameof(options.MaxPollInterval), options.MaxPollInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));

        if (options.DjangoDatabase is { } django && !django.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase))
        {
            result.AddError("must be a URL such as 'sqlite:////path/to/db.sqlite3'", nameof(options.DjangoDatabase));
        }

        return result.Build();
    }

    private static void CheckRange(ValidateOptionsResultBuilder result, string key, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            result.AddError($"must be {least} to {most}, was {value}", key);
        }
    }
}
