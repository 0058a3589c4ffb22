using System.Security.Cryptography;

namespace CeleryNet.Serialization.Auth;

/// <summary>The hashes by the names that Celery's setting security_digest has for them, in any case.</summary>
internal static class Digests
{
    public static IEnumerable<string> Names => All.Where(digest => digest.IsSupported).Select(digest => digest.Name);

    private static IEnumerable<(string Name, HashAlgorithmName Algorithm, bool IsSupported)> All =>
    [
        ("sha256", HashAlgorithmName.SHA256, true),
        ("sha384", HashAlgorithmName.SHA384, true),
        ("sha512", HashAlgorithmName.SHA512, true),
        ("sha3_256", HashAlgorithmName.SHA3_256, SHA3_256.IsSupported),
        ("sha3_384", HashAlgorithmName.SHA3_384, SHA3_384.IsSupported),
        ("sha3_512", HashAlgorithmName.SHA3_512, SHA3_512.IsSupported),
    ];

    public static HashAlgorithmName? Find(string name)
    {
        foreach (var digest in All)
        {
            if (digest.IsSupported && string.Equals(digest.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return digest.Algorithm;
            }
        }

        return null;
    }
}
