namespace CeleryNet.Throughput.Peers;

/// <summary>What a peer works with.</summary>
/// <param name="Broker">The broker's URL.</param>
/// <param name="Results">The URL of the result backend; null to ignore results.</param>
/// <param name="Queue">The queue; for workers of CeleryNet and of Celery several with commas.</param>
/// <param name="MarkEvery">After how many it tells of its progress; it always tells of the first.</param>
internal sealed record Job(string Broker, string? Results, string Queue, int MarkEvery);
