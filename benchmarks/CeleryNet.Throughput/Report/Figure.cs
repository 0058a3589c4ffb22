namespace CeleryNet.Throughput.Report;

/// <summary>One row of results: a metric of a measurement, and what it is to be.</summary>
/// <param name="Measurement">The measurement's name.</param>
/// <param name="Metric">What of it.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Unit">What it is counted in.</param>
/// <param name="Goals">The goals; none for what is only shown.</param>
internal sealed record Figure(string Measurement, string Metric, string Title, string Unit, params IReadOnlyList<Goal> Goals);
