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

        try
        {
            NodeName.Expand(options.Hostname, Environment.MachineName);
        }
        catch (CeleryConfigurationException error)
        {
            result.AddError(error.Message, nameof(options.Hostname));
        }

        return result.Build();
    }
}
