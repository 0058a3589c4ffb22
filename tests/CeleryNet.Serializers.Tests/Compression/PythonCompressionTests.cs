namespace CeleryNet.Serializers.Tests.Compression;

/// <summary>What we compress Python reads, and the other way round.</summary>
public sealed class PythonCompressionTests
{
    private const int Count = 2500;

    // By every name that kombu knows it by.
    public static TheoryData<string> Names => [.. Compressions.All.SelectMany(compression => compression.Names)];

    public static TheoryData<string> Contents => [.. Compressions.All.Select(compression => compression.ContentType)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Generated_bodies_are_read_by_Python(string name)
    {
        var bodies = Bodies.Generate(Count, seed: 1);

        var read = await PythonCompression.DecompressAsync(name, bodies.Select(body => Compressions.Named(name).Compress(body).ToArray()));

        ShouldEqual(read, bodies);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Generated_bodies_of_Python_are_read(string name)
    {
        var bodies = Bodies.Generate(Count, seed: 2);

        var compressed = await PythonCompression.CompressAsync(name, bodies);

        ShouldEqual([.. compressed.Select(body => Compressions.Decompress(name, body))], bodies);
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Large_bodies_go_both_ways(string name)
    {
        var random = new Random(3);
        var noise = new byte[1_500_000];
        random.NextBytes(noise);
        var text = Enumerable.Range(0, 150_000).SelectMany(i => (byte[])[.. "item "u8, (byte)('0' + random.Next(7)), (byte)'\n']).ToArray();
        byte[][] bodies = [noise, text, new byte[900_001]];

        ShouldEqual(await PythonCompression.DecompressAsync(name, bodies.Select(body => Compressions.Named(name).Compress(body).ToArray())), bodies);
        ShouldEqual([.. (await PythonCompression.CompressAsync(name, bodies)).Select(body => Compressions.Decompress(name, body))], bodies);
    }

    private static void ShouldEqual(IReadOnlyList<byte[]> actual, IReadOnlyList<byte[]> expected)
    {
        actual.Count.ShouldBe(expected.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            actual[i].AsSpan().SequenceEqual(expected[i]).ShouldBeTrue($"body {i}: {Convert.ToBase64String(expected[i])}");
        }
    }
}
