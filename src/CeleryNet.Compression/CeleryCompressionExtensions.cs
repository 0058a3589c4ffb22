using CeleryNet.Compression;
using CeleryNet.Extensibility;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CeleryNet;

/// <summary>Adds the compressions that need a library.</summary>
public static class CeleryCompressionExtensions
{
    /// <summary>
    /// Makes <c>bzip2</c> (or <c>bzip</c>), <c>lzma</c> (or <c>xz</c>) and <c>zstd</c> (or <c>zstandard</c>) known, besides the <c>gzip</c> and
    /// <c>brotli</c> that always are. Messages so compressed are read from then on; adding them twice changes nothing.
    /// </summary>
    /// <param name="celery">What to add them to.</param>
    /// <remarks>
    /// Python always has bzip2 and lzma. For zstd a Python peer needs the module zstandard (Celery 5.5 and earlier) or backports.zstd, which Python 3.14 brings.
    /// </remarks>
    public static CeleryBuilder AddCompression(this CeleryBuilder celery)
    {
        ArgumentNullException.ThrowIfNull(celery);
        celery.Services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<CeleryCompression, Bzip2Compression>(_ => new Bzip2Compression()),
            ServiceDescriptor.Singleton<CeleryCompression, LzmaCompression>(_ => new LzmaCompression()),
            ServiceDescriptor.Singleton<CeleryCompression, ZstdCompression>(_ => new ZstdCompression()),
        ]);
        return celery;
    }
}
