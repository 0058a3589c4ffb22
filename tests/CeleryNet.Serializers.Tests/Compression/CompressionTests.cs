using System.Text;
using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests.Compression;

public sealed class CompressionTests
{
    private static readonly byte[] _text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"line {i}, compress me. ")));

    public static TheoryData<string> Names => Compressions.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Body_of_any_size_comes_back(string name)
    {
        var random = new Random(1);
        foreach (var size in new[] { 0, 1, 2, 100, 8191, 8192, 8193, 70_000, 1_000_000, 3_000_000 })
        {
            var body = new byte[size];
            random.NextBytes(body.AsSpan(0, size / 2));

            Compressions.Decompress(name, Compressions.Named(name).Compress(body)).ShouldBe(body);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Compressed_text_is_shorter(string name)
        => Compressions.Named(name).Compress(_text).Length.ShouldBeLessThan(_text.Length / 2);

    [Theory]
    [MemberData(nameof(Names))]
    public void Part_of_a_body_is_refused_wherever_it_ends(string name)
    {
        var compressed = Compressions.Named(name).Compress(_text);
        for (var length = 1; length < compressed.Length; length++)
        {
            Should.Throw<MalformedMessageException>(() => Compressions.Decompress(name, compressed[..length]), $"{length} of {compressed.Length} bytes")
                .Message.ShouldContain(Compressions.Named(name).ContentType);
        }
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("brotli", true)]
    [InlineData("bzip2", false)]
    [InlineData("lzma", false)]
    [InlineData("zstd", false)]
    public void What_follows_a_whole_body_is_ignored_or_refused(string name, bool ignored)
    {
        byte[] followed = [.. Compressions.Named(name).Compress(_text).Span, .. "junkjunk"u8];

        if (ignored)
        {
            Compressions.Decompress(name, followed).ShouldBe(_text);
        }
        else
        {
            Should.Throw<MalformedMessageException>(() => Compressions.Decompress(name, followed));
        }
    }

    [Theory]
    [InlineData("bzip2")]
    [InlineData("lzma")]
    [InlineData("zstd")]
    public void Compressed_bodies_one_after_the_other_are_one(string name)
    {
        var compressed = Compressions.Named(name).Compress(_text).ToArray();

        Compressions.Decompress(name, (byte[])[.. compressed, .. compressed]).ShouldBe([.. _text, .. _text]);
        Should.Throw<MalformedMessageException>(() => Compressions.Decompress(name, (byte[])[.. compressed, .. compressed[..^1]]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Body_of_just_the_largest_size_is_read_and_one_byte_more_is_not(string name)
    {
        var compressed = Compressions.Named(name).Compress(_text);

        Compressions.Decompress(name, compressed, new ContentLimits { MaxSize = _text.Length }).ShouldBe(_text);
        Should.Throw<MalformedMessageException>(() => Compressions.Decompress(name, compressed, new ContentLimits { MaxSize = _text.Length - 1 }))
            .Message.ShouldContain($"more than {_text.Length - 1} bytes when decompressed as {Compressions.Named(name).ContentType}, which is what MaxBodySize allows");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ratio_counts_above_one_MiB_only(string name)
    {
        var limits = new ContentLimits { MaxCompressionRatio = 2 };
        var little = new byte[1024 * 1024];
        var much = new byte[1024 * 1024 + 1];

        Compressions.Decompress(name, Compressions.Named(name).Compress(little), limits).ShouldBe(little);
        Should.Throw<MalformedMessageException>(() => Compressions.Decompress(name, Compressions.Named(name).Compress(much), limits))
            .Message.ShouldContain("more than 2 times as many");
    }
}
