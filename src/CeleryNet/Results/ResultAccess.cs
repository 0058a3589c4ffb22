using System.Text.Json;

namespace CeleryNet.Results;

/// <summary>What every result handle of one client shares.</summary>
internal sealed record ResultAccess(IResultBackend Backend, JsonSerializerOptions SerializerOptions, TimeSpan ResultExpires, TimeProvider Time)
{
    /// <summary>Revokes tasks, and ends those too that run if that is wanted. Set by the client that hands out the handles.</summary>
    public Func<IReadOnlyCollection<TaskId>, bool, CancellationToken, Task>? RevokeAsync { get; init; }
}
