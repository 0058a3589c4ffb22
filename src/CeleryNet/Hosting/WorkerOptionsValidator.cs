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

        if (options.Autoscale is { IsValid: false } range)
        {
            result.AddError($"must be max,min with 1 <= min <= max <= 65535, was {range}", nameof(options.Autoscale));
        }

        if (options.EtaTaskLimit is < 0 or > 65_535)
        {
            result.AddError($"must be 0 to 65535, was {options.EtaTaskLimit}", nameof(options.EtaTaskLimit));
        }

        if (options.PrefetchMultiplier is < 0 or > 1024)
        {
            result.AddError($"must be 0 to 1024, was {options.PrefetchMultiplier}", nameof(options.PrefetchMultiplier));
        }

        if (options.MaxDeliveries < 1)
        {
            result.AddError($"must be 1 or more, or null for no bound, was {options.MaxDeliveries}", nameof(options.MaxDeliveries));
        }

        CheckRange(result, nameof(options.ShutdownGrace), options.ShutdownGrace ?? TimeSpan.Zero);
        CheckRange(result, nameof(options.SoftShutdownTimeout), options.SoftShutdownTimeout);
        if (options.Queues.Any(string.IsNullOrWhiteSpace))
        {
            result.AddError("must not hold an empty name", nameof(options.Queues));
        }

        if (options.ExcludeQueues.Any(string.IsNullOrWhiteSpace))
        {
            result.AddError("must not hold an empty name", nameof(options.ExcludeQueues));
        }

        CheckTimeLimits(options, result);
        CheckRetirement(options, result);
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

        if (options.HeartbeatInterval < TimeSpan.FromMilliseconds(100) || options.HeartbeatInterval > TimeSpan.FromHours(1))
        {
            result.AddError(
                $"must be 00:00:00.1 to 01:00:00, was {options.HeartbeatInterval}; for no heartbeats set {nameof(options.SendHeartbeats)} to false", nameof(options.HeartbeatInterval));
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

    private static void CheckTimeLimits(WorkerOptions options, ValidateOptionsResultBuilder result)
    {
        foreach (var (name, limit) in new[] { (nameof(options.TimeLimit), options.TimeLimit), (nameof(options.SoftTimeLimit), options.SoftTimeLimit) })
        {
            if (limit < TimeSpan.Zero || limit > TimeSpan.FromDays(365))
            {
                result.AddError($"must be 00:00:00 (no limit) to 365.00:00:00, was {limit}", name);
            }
        }

        if (options is { TimeLimit: { } hard, SoftTimeLimit: { } soft } && hard > TimeSpan.Zero && soft >= hard)
        {
            result.AddError($"must be less than TimeLimit, which is {hard}, was {soft}", nameof(options.SoftTimeLimit));
        }
    }

    private static void CheckRetirement(WorkerOptions options, ValidateOptionsResultBuilder result)
    {
        if (options.MaxStuckTasks < 0)
        {
            result.AddError($"must be 0 or more, or left out for any number, was {options.MaxStuckTasks}", nameof(options.MaxStuckTasks));
        }

        if (options.MaxTasks < 1)
        {
            result.AddError($"must be 1 or more, or left out for any number, was {options.MaxTasks}", nameof(options.MaxTasks));
        }

        if (options.MaxMemory < 1)
        {
            result.AddError($"must be 1 kB or more, or left out for no bound, was {options.MaxMemory}", nameof(options.MaxMemory));
        }
    }

    private static void CheckRange(ValidateOptionsResultBuilder result, string key, TimeSpan value)
    {
        if (value < TimeSpan.Zero || value > TimeSpan.FromHours(24))
        {
            result.AddError($"must be 00:00:00 to 1.00:00:00, was {value}", key);
        }
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
