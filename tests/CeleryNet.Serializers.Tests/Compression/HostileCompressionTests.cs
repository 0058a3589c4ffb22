using System.Buffers.Binary;
using CeleryNet.Compression.Lzma;
using CeleryNet.Extensibility;

namespace CeleryNet.Serializers.Tests.Compression;

/// <summary>Bodies made to take memory or time, or broken on their way.</summary>
public sealed class HostileCompressionTests
{
    private const int Mutations = 10_000;

    // "[[2, 3], {}, …]" as xz -6 writes it: a header of 12 bytes, then that of the block, whose filter's properties are its fifth byte.
    private static readonly byte[] _xz = Convert.FromBase64String(
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AE+AEJdAC3ghMZvNhFX5pF3ZB1N+RkCeuvTeHw5fFqdwVsf15IjINt7mdOV3Kz/XJOmEH+PAvwl4StpUStxQR4lFqe3r5NfAAAAAA1gJ1KQPzutAAFevwIAAAAU6k/NscRn+wIAAAAABFla");

    public static TheoryData<string> Names => Compressions.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutated_body_is_read_within_its_limits_or_refused(string name)
    {
        var random = new Random(4);
        var originals = Bodies.Generate(50, seed: 5).Select(body => Compressions.Named(name).Compress(body).ToArray()).ToArray();
        var limits = new ContentLimits { MaxSize = 50_000 };
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var body = Mutation.Of(originals[i % originals.Length], random);
            try
            {
                Compressions.Decompress(name, body, limits).Length.ShouldBeLessThanOrEqualTo(limits.MaxSize);
            }
            catch (MalformedMessageException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(Mutations / 2);
    }

    [Fact]
    public void Mutated_xz_is_read_within_its_limits_or_refused()
    {
        var random = new Random(6);
        var original = Compressions.Decompress("lzma", _xz);
        for (var i = 0; i < Mutations; i++)
        {
            try
            {
                // What is read is what was written, once or many times: every byte of .xz is checked.
                Compressions.Decompress("lzma", Mutation.Of(_xz, random)).ShouldBe(original);
            }
            catch (MalformedMessageException)
            {
            }
        }
    }

    [Fact]
    public void Any_wrong_bit_of_xz_is_found()
    {
        for (var bit = 0; bit < _xz.Length * 8; bit++)
        {
            var wrong = _xz.ToArray();
            wrong[bit / 8] ^= (byte)(1 << (bit % 8));

            // The first byte of every chunk says nothing.
            if (bit / 8 == 30)
            {
                Compressions.Decompress("lzma", wrong).ShouldBe(Compressions.Decompress("lzma", _xz));
            }
            else
            {
                Should.Throw<MalformedMessageException>(() => Compressions.Decompress("lzma", wrong), $"bit {bit}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Body_that_grows_too_much_is_given_up_early(string name)
    {
        var large = Compressions.Named(name).Compress(new byte[6_000_000]).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Should.Throw<MalformedMessageException>(() => Compressions.Decompress(name, large, new ContentLimits { MaxCompressionRatio = 10 }));

        refusal.Message.ShouldContain("which is what MaxCompressionRatio allows");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(12_000_000);
    }

    [Fact]
    public void Lzma_that_asks_for_a_dictionary_of_4_GiB_gets_none()
    {
        byte[] body = [0x5d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. new byte[100]];

        RefusalWithoutMemory("lzma", body).ShouldContain("dictionary of 4294967295 bytes");
    }

    [Theory]
    [InlineData(40, 4294967295)]
    [InlineData(39, 3221225472)]
    [InlineData(29, 100663296)]
    public void Xz_that_asks_for_a_large_dictionary_gets_none(byte properties, long size)
    {
        var body = _xz.ToArray();
        body[16] = properties;
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(20), XzCheck.Crc32Of(body.AsSpan(12, 8)));

        RefusalWithoutMemory("lzma", body).ShouldContain($"dictionary of {size} bytes");
    }

    [Fact]
    public void Xz_with_the_dictionary_of_the_highest_preset_is_read()
    {
        var body = _xz.ToArray();
        body[16] = 28;
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(20), XzCheck.Crc32Of(body.AsSpan(12, 8)));

        Compressions.Decompress("lzma", body).ShouldBe(Compressions.Decompress("lzma", _xz));
    }

    [Theory]
    [InlineData(28)]
    [InlineData(31)]
    [InlineData(41)]
    public void Zstd_with_a_window_of_gigabytes_is_refused(int windowLog)
        => RefusalWithoutMemory("zstd", [0x28, 0xb5, 0x2f, 0xfd, 0, (byte)((windowLog - 10) << 3), 0x03, 0x80, 0, (byte)'x']).ShouldContain("application/zstd");

    [Fact]
    public void Zstd_that_promises_exabytes_is_refused()
        => RefusalWithoutMemory("zstd", [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x03, 0x80, 0, (byte)'x'])
            .ShouldContain("application/zstd");

    // The first byte of a large window, which only decoders told so accept, then 62 as its logarithm.
    [Fact]
    public void Brotli_with_a_large_window_is_refused()
        => RefusalWithoutMemory("brotli", [0x11, 0x3e, .. new byte[64]]).ShouldContain("application/x-brotli");

    // A real gzip file is none of Celery's.
    [Fact]
    public void File_of_the_program_gzip_is_refused_as_in_Python()
        => RefusalWithoutMemory("gzip", Convert.FromHexString("1f8b080000000000000003cb48cdc9c907008 6a6103605000000".Replace(" ", "", StringComparison.Ordinal)))
            .ShouldContain("application/x-gzip");

    [Fact]
    public void Xz_filter_for_programs_is_refused_by_name()
    {
        // Two filters, the first of them x86: the block header grows by four bytes.
        byte[] header = [3, 1, 4, 0, 0x21, 1, 0x16, 0, 0, 0, 0, 0];
        byte[] body = [.. _xz[..12], .. header, .. new byte[4], .. _xz[24..]];
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(24), XzCheck.Crc32Of(header));

        RefusalWithoutMemory("xz", body).ShouldContain("filters besides LZMA2");
    }

    private static string RefusalWithoutMemory(string name, byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Should.Throw<MalformedMessageException>(() => Compressions.Decompress(name, body));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
        return refusal.Message;
    }
}
