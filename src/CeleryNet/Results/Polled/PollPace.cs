using CeleryNet.Extensibility;

namespace CeleryNet.Results.Polled;

/// <summary>How often tasks are asked for, and for how many at once.</summary>
/// <param name="Shortest">The pause after a change, and the least one between two questions.</param>
/// <param name="Longest">What the pauses grow to.</param>
/// <param name="Batch">The most tasks of one question.</param>
internal sealed record PollPace(TimeSpan Shortest, TimeSpan Longest, int Batch)
{
    /// <exception cref="CeleryConfigurationException">The backend's values do not fit together.</exception>
    public static PollPace Of(CeleryResultBackend backend)
    {
        var (shortest, longest, batch) = (backend.MinPollInterval, backend.MaxPollInterval, backend.MaxBatch);
        return shortest >= TimeSpan.FromMilliseconds(1) && longest >= shortest && batch > 0
            ? new PollPace(shortest, longest, batch)
            : throw new CeleryConfigurationException(
                $"{backend.GetType().Name} must have a MinPollInterval of 1 millisecond or more, a MaxPollInterval of no less than that and a MaxBatch of 1 or more; "
                + $"it has {shortest}, {longest} and {batch}.");
    }

    /// <summary>The pause after one that brought nothing new.</summary>
    public TimeSpan After(TimeSpan pause) => pause * 1.5 is var longer && longer < Longest ? longer : Longest;
}
