namespace CeleryNet.Worker;

/// <summary>How long a run may take; null where there is no limit.</summary>
/// <param name="Soft">After this it is asked to end.</param>
/// <param name="Hard">After this its end is not waited for any longer.</param>
internal readonly record struct RunLimits(TimeSpan? Soft, TimeSpan? Hard)
{
    public bool IsNone => Soft is null && Hard is null;
}
