namespace CeleryNet.Throughput.Report;

/// <summary>One measured value.</summary>
/// <param name="Measurement">The measurement's name.</param>
/// <param name="Metric">What of it.</param>
/// <param name="Peer">Whose.</param>
/// <param name="Round">In which round, from 1.</param>
/// <param name="Value">How much.</param>
internal sealed record Sample(string Measurement, string Metric, string Peer, int Round, double Value);
