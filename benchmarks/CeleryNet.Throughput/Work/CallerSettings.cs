namespace CeleryNet.Throughput.Work;

/// <summary>What a caller in .NET is told.</summary>
/// <param name="Broker">The broker's URL.</param>
/// <param name="Results">The result backend's URL.</param>
/// <param name="Queue">The queue.</param>
/// <param name="WarmUp">How many calls come before those that count.</param>
/// <param name="Count">How many calls count.</param>
internal sealed record CallerSettings(string Broker, string Results, string Queue, int WarmUp, int Count);
