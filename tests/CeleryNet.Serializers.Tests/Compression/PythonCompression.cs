using CeleryNet.TestKit;

namespace CeleryNet.Serializers.Tests.Compression;

/// <summary>Kombu's compressions, many bodies at a time.</summary>
internal static class PythonCompression
{
    public static Task<IReadOnlyList<byte[]>> CompressAsync(string name, IEnumerable<byte[]> bodies) => RunAsync("compress", name, bodies);

    public static Task<IReadOnlyList<byte[]>> DecompressAsync(string name, IEnumerable<byte[]> bodies) => RunAsync("decompress", name, bodies);

    private static async Task<IReadOnlyList<byte[]>> RunAsync(string direction, string name, IEnumerable<byte[]> bodies)
    {
        using var directory = new TestDirectory();
        await File.WriteAllLinesAsync(directory["bodies"], bodies.Select(Convert.ToBase64String));
        await using var python = PythonProcess.StartScript(
            Path.Combine(AppContext.BaseDirectory, "python", "compression_peer.py"), [direction, name, directory["bodies"]]);
        (await python.WaitForExitAsync(Bound.Long)).ShouldBe(0, python.Output);
        var lines = python.Lines;
        lines[^1].ShouldBe("done", python.Output);
        return [.. lines.SkipLast(1).Select((line, index) => line.StartsWith('!')
            ? throw new InvalidOperationException($"Python could not {direction} body {index} as {name}: {line[1..]}")
            : Convert.FromBase64String(line))];
    }
}
