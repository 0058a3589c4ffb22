namespace CeleryNet.Benchmarks;

/// <summary>A type of an application.</summary>
internal sealed record Order(string CustomerName, Address Address, IReadOnlyList<Line> Lines, string? Note = null);

internal sealed record Address(string Street, int ZipCode);

internal sealed record Line(int Quantity);

internal static class BenchmarkTasks
{
    [CeleryTask("bench.add")]
    public static int Add(int x, int y) => x + y;

    [CeleryTask("bench.order")]
    public static int Quantity(Order order) => order.Lines.Sum(line => line.Quantity);

    [CeleryTask("bench.text")]
    public static int Length(string text) => text.Length;
}
