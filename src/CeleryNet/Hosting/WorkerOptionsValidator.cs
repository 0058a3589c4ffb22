using CeleryNet.Extensibility;
using CeleryNet.Worker;
using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <inheritdoc cref="CeleryOptionsValidator" />
internal sealed class WorkerOptionsValidator : IValidateOptions<WorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        if (options.Concurrency is < 1 or > 65_535)
        {
            result.AddError($"must be 1 to 65535, was {options.Concurrency}", nameof(options.Concurrency));
        }

        if (options.EtaTaskLimit is < 0 or > 65_535)
        {
            result.AddError($"must be 0 to 65535, was {options.EtaTaskLimit}", nameof(options.EtaTaskLimit));
        }

        if (options.PrefetchMultiplier is < 0 or > 1024)
        {
            result.AddError($"must be 0 to 1024, was {options.PrefetchMultiplier}", nameof(options.PrefetchMultiplier));
        }

        if (options.ShutdownGrace < TimeSpan.Zero || options.ShutdownGrace > TimeSpan.FromHours(24))
        {
            result.AddError($"must be 00:00:00 to 1.00:00:00, was {options.ShutdownGrace}", nameof(options.ShutdownGrace));
        }

        if (options.Queues.Any(string.IsNullOrWhiteSpace))
        {
            result.AddError("must not hold an empty name", nameof(options.Queues));
        }

        if (options.DefaultRateLimit is { } limit && !RateLimit.TryParse(limit, out _))
        {
            result.AddError($"must be a rate such as '10/s', '100/m' or '1000/h', or '0' for none, was '{limit}'", nameof(options.DefaultRateLimit));
        }

        if (!Enum.IsDefined(options.UnrunnableMessages))
        {
            result.AddError($"must be Keep or Reject, was {options.UnrunnableMessages}", nameof(options.UnrunnableMessages));
        }

        if (options.RevokesMax is < 1 or > 10_000_000)
        {
            result.AddError($"must be 1 to 10000000, was {options.RevokesMax}", nameof(options.RevokesMax));
        }

        if (options.RevokeExpires < TimeSpan.FromSeconds(1) || options.RevokeExpires > TimeSpan.FromDays(3650))
        {
            result.AddError($"must be 00:00:01 to 3650.00:00:00, was {options.RevokeExpires}", nameof(options.RevokeExpires));
        }

        try
        {
            var hostname = NodeName.Expand(options.Hostname, Environment.MachineName);
            if (options.StateDb is { } stateDb)
            {
                CheckStateDb(result, stateDb, hostname);
            }
        }
        catch (CeleryConfigurationException error)
        {
            result.AddError(error.Message, nameof(options.Hostname));
        }

        return result.Build();
    }

    private static void CheckStateDb(ValidateOptionsResultBuilder result, string format, string hostname)
    {
        const string Key = nameof(WorkerOptions.StateDb);
        try
        {
            var path = NodeName.ExpandPath(format, hostname);
            if (Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            {
                result.AddError($"must name a file in an existing directory, was '{path}'", Key);
            }
        }
        catch (CeleryConfigurationException error)
        {
            result.AddError(error.Message, Key);
        }
    }
}
