namespace CeleryNet.Compression.Lzma;

/// <summary>How much memory a body may ask for before it has shown a byte of content.</summary>
internal static class LzmaDictionary
{
    public const int Smallest = 4096;

    // What the highest of xz's and Python's presets has. A header may ask for 4 GiB.
    private const int Largest = 64 * 1024 * 1024;

    /// <exception cref="InvalidDataException">It is too large.</exception>
    public static int Check(uint size) => size <= Largest
        ? Math.Max((int)size, Smallest)
        : throw new InvalidDataException($"The data needs a dictionary of {size} bytes; at most {Largest} are allowed, the dictionary of preset 9.");
}
