namespace CeleryNet.Throughput.Work;

/// <summary>What a publisher in .NET is told.</summary>
/// <param name="Broker">The broker's URL.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Count">How many calls it sends.</param>
/// <param name="Window">How many may be on their way at a time; 1 awaits each before the next.</param>
internal sealed record PublisherSettings(string Broker, string Queue, int Count, int Window);
