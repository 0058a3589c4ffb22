namespace CeleryNet.Throughput.Work;

/// <summary>What a worker in .NET is told.</summary>
/// <param name="Broker">The broker's URL.</param>
/// <param name="Results">The result backend's URL; null to ignore results.</param>
/// <param name="Queue">The queue; for workers of CeleryNet and of Celery several with commas.</param>
/// <param name="Concurrency">How many tasks may run at a time; null for what the peer does by itself.</param>
/// <param name="PrefetchMultiplier">How many messages per slot are taken ahead; null for what the peer does by itself.</param>
/// <param name="SingleAcks">Whether a raw worker acknowledges each message by itself.</param>
/// <param name="Static">Whether CeleryNet's task is a static method.</param>
internal sealed record WorkerSettings(string Broker, string? Results, string Queue, int? Concurrency, int? PrefetchMultiplier, bool SingleAcks, bool Static);
