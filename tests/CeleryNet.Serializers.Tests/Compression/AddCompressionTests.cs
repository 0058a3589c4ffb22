using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;

namespace CeleryNet.Serializers.Tests.Compression;

public sealed class AddCompressionTests
{
    [Fact]
    public void Compressions_are_registered_once_however_often_they_are_added()
    {
        var services = new ServiceCollection();
        services.AddCelery().AddCompression().AddCompression();

        using var provider = services.BuildServiceProvider();

        provider.GetServices<CeleryCompression>().Select(compression => $"{compression.ContentType}: {string.Join(", ", compression.Names)}").ShouldBe(
            ["application/x-bz2: bzip2, bzip", "application/x-lzma: lzma, xz", "application/zstd: zstd, zstandard"], ignoreOrder: true);
    }
}
