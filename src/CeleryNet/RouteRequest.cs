using CeleryNet.Extensibility;

namespace CeleryNet;

/// <summary>The call that a routing function decides about.</summary>
/// <param name="TaskName">The task's name on the wire.</param>
/// <param name="Args">The positional arguments.</param>
/// <param name="Kwargs">The keyword arguments.</param>
/// <param name="Options">The options of the call and of the task's declaration; they go before those of a route.</param>
public sealed record RouteRequest(
    string TaskName,
    IReadOnlyList<TaskValue> Args,
    IReadOnlyList<KeyValuePair<string, TaskValue>> Kwargs,
    SendOptions Options);
