using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CeleryNet.Hosting;

/// <summary>Brings together how long the host waits for its services to stop and how long the worker waits for its tasks.</summary>
internal sealed class HostPatience(IOptions<WorkerOptions> worker) : IPostConfigureOptions<HostOptions>
{
    // What a worker needs besides the time of its tasks, for cancelled ones to wind up.
    private static readonly TimeSpan _windUp = TimeSpan.FromSeconds(5);

    /// <summary>Raises the host's timeout if the tasks were given more time than it allows.</summary>
    public void PostConfigure(string? name, HostOptions options)
    {
        WorkerOptions values;
        try
        {
            values = worker.Value;
        }
        catch (Exception error) when (error is OptionsValidationException or CeleryConfigurationException)
        {
            // The host says so when it starts, together with what else is wrong.
            return;
        }

        var given = (values.ShutdownGrace ?? TimeSpan.Zero) + values.SoftShutdownTimeout;
        if (given > TimeSpan.Zero && options.ShutdownTimeout != Timeout.InfiniteTimeSpan && options.ShutdownTimeout < given + _windUp)
        {
            options.ShutdownTimeout = given + _windUp;
        }
    }

    /// <summary>How long running tasks may go on in a warm shutdown.</summary>
    public static TimeSpan GraceOf(WorkerOptions worker, HostOptions host) => worker.ShutdownGrace
        ?? (host.ShutdownTimeout == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan
            : host.ShutdownTimeout > _windUp ? host.ShutdownTimeout - _windUp
            : TimeSpan.Zero);
}
